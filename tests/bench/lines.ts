const routes = ['/api/users', '/api/orders', '/checkout', '/assets/app.js', '/healthz'];
const levels = ['info', 'info', 'info', 'debug', 'warn', 'error'];

export const ndjson = 'application/x-ndjson';

/** A line as services write them: about 250 bytes with four attributes. `mark` tells lines apart. */
export function line(mark: string | number): string {
	const n = typeof mark === 'number' ? mark : mark.length;
	return JSON.stringify({
		message: `${String(mark).padStart(8, '0')} GET ${routes[n % routes.length]} answered in ${n % 900} ms from cache eu-west`,
		level: levels[n % levels.length],
		service: 'api',
		host: `web-${n % 8}`,
		attributes: {
			'http.status': 200 + (n % 5),
			user: `user-${n % 1000}`,
			region: 'eu-west-1',
			request: `r${n}`
		}
	});
}

/** Lines as the body of one request. */
export function body(count: number, from = 0): Buffer {
	return Buffer.from(Array.from({ length: count }, (_, index) => `${line(from + index)}\n`).join(''));
}
