const routes = ['/api/users', '/api/orders', '/checkout', '/assets/app.js', '/healthz'];
const levels = ['info', 'info', 'info', 'debug', 'warn', 'error'];

/** Every so many lines of an organization a new word occurs, in the first few of them. */
const wordEvery = 1_000;

/** How the messages of an organization begin. */
export const markOf = (organization: number) => `o${String(organization).padStart(2, '0')}`;

/** A word that a search looks for: in how many lines it occurs, and the number of the last of them. */
export interface Word {
	text: string;
	count: number;
	first: number;
	last: number;
}

/** The word with this number, from 0. */
export function wordOf(mark: string, number: number): Word {
	const first = number * wordEvery + 1;
	const count = 1 + (number % 20);
	const text = `needle${mark}x${String(number).padStart(6, '0')}z`;
	return { text, count, first, last: first + count - 1 };
}

/** How many words are complete once this many lines are there. */
export const wordsIn = (lines: number) => Math.max(0, Math.floor((lines - 20) / wordEvery));

/** The message of an organization's line by its number from 1: nothing but these two decides it. */
export function messageOf(mark: string, n: number): string {
	const word = wordOf(mark, Math.floor((n - 1) / wordEvery));
	const found = n <= word.last ? ` ${word.text}` : '';
	return `${mark} ${n} GET ${routes[n % routes.length]} answered in ${n % 900} ms from cache eu-west${found}`;
}

/** Lines `first` to `first + count - 1` as the body of one request, NDJSON. */
export function bodyOf(mark: string, first: number, count: number): string {
	let body = '';
	for (let n = first; n < first + count; n++) {
		const attributes = { 'http.status': 200 + (n % 5), user: `user-${n % 1000}`, request: `r${n}` };
		const level = levels[n % levels.length];
		const line = { message: messageOf(mark, n), level, service: 'soak', host: `web-${n % 8}`, attributes };
		body += `${JSON.stringify(line)}\n`;
	}
	return body;
}
