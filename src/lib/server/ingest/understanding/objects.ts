import * as bounds from '../bounds.ts';
import * as json from '../json.ts';

type Fields = Record<string, unknown>;

/** Characters of a text that are searched for the end of an object: attributes have no room for more. */
const reach = 64 * 1024;

/** The object that a text is as a whole, but for blanks around it; null if it is none, or `{}`. */
export function whole(text: string): Fields | null {
	const first = text.charCodeAt(0);
	if (text.length > bounds.messageBytes) return null;
	if (first !== brace && first > 0x20) return null;
	const last = text.charCodeAt(text.length - 1);
	if (last !== closingBrace && last > 0x20) return null;
	const trimmed = text.trim();
	return trimmed.startsWith('{') && trimmed.endsWith('}') ? parsed(trimmed) : null;
}

/** The object that begins at `at`, and where it ends; null if none does. */
export function at(text: string, at: number): { value: Fields; end: number } | null {
	const end = endOf(text, at);
	const value = end === -1 ? null : parsed(text.slice(at, end));
	return value === null ? null : { value, end };
}

/** The objects within a text from `from` on, at most two (Monolog: context and extra), each behind a blank or a colon. */
export function* within(text: string, from: number): Generator<Fields> {
	let start = text.indexOf('{"', from);
	for (let tries = 0; tries < 4 && start !== -1; tries += 1) {
		const isApart = start === from || ' \t\n:|'.includes(text.charAt(start - 1));
		const found = isApart ? at(text, start) : null;
		if (found !== null) yield found.value;
		start = text.indexOf('{"', found?.end ?? start + 2);
	}
}

function parsed(text: string): Fields | null {
	try {
		const value = json.parse(text);
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		return isObject && Object.keys(value).length > 0 ? (value as Fields) : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** Behind the brace that closes the one at `at`; -1 if none does within reach. */
function endOf(text: string, at: number): number {
	const most = Math.min(text.length, at + reach);
	let depth = 0;
	let isText = false;
	for (let here = at; here < most; here += 1) {
		const code = text.charCodeAt(here);
		if (isText) {
			if (code === backslash) here += 1;
			else if (code === quote) isText = false;
		} else if (code === quote) isText = true;
		else if (code === brace) depth += 1;
		else if (code === closingBrace && --depth === 0) return here + 1;
	}
	return -1;
}

const [quote, backslash, brace, closingBrace] = [0x22, 0x5c, 0x7b, 0x7d];
