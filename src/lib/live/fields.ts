/** The fields of an entry as the page shows them: one level deep, with dotted paths as in the query language. */
import type { Entry } from '../log/entry.ts';

export interface Field {
	/** As shown; an attribute may be named like another field of the entry. */
	path: string;
	value: string;
	/** The field's name in a query; null for a value that no query can equal (arrays), or that is too long for one. */
	term: string | null;
}

/** The end of a line names this many attributes, and this many characters of each. */
const mostNamed = 6;
const longestNamed = 40;

/** It looks at this many attributes, and at this many characters of the message: a row shows no more. */
const mostConsidered = 64;
const mostRead = 2_000;

/** A longer value is not offered as a filter: the query would consist of nothing else. */
const longestTerm = 300;

/** Everything that an entry can be filtered by, the attributes last. */
export function list(entry: Entry): Field[] {
	const { level, service, host, trace_id, span_id } = entry;
	const own = Object.entries({ level, service, host, trace_id, span_id });
	const present = own.flatMap(([path, value]) => (value === null ? [] : [{ path, value, term: path }]));
	return [...present, ...flatten(entry.attributes)];
}

/** Every attribute with its path, in the order written. Arrays are shown as JSON. */
export function flatten(attributes: Record<string, unknown>, limit = Infinity): Field[] {
	const found: Field[] = [];
	collect(attributes, '', found, limit);
	return found;
}

/**
 * The first few attributes as `key=value`, for the quiet end of a line; `…` stands for the rest. What the message says already, as
 * `key=value` or in JSON, is left out.
 */
export function summarize({ attributes, message }: Pick<Entry, 'attributes' | 'message'>): string[] {
	const said = message.slice(0, mostRead);
	const found: string[] = [];
	for (const { path, value } of flatten(attributes, mostConsidered)) {
		if (says(said, path, value)) continue;
		if (found.length === mostNamed) return [...found, '…'];
		found.push(`${path}=${shorten(value)}`);
	}
	return found;
}

/** Whether both stand in a message, with one of the marks between them that join a key and its value. */
function says(message: string, path: string, value: string): boolean {
	const key = path.slice(path.lastIndexOf('.') + 1);
	if (key === '') return false; // it would be everywhere
	for (let at = message.indexOf(key); at !== -1; at = message.indexOf(key, at + 1)) {
		const from = at + key.length;
		const mark = /^"?[:=] ?["']?/.exec(message.slice(from, from + 4))?.[0];
		if (mark === undefined || isWord(message[at - 1]) || !message.startsWith(value, from + mark.length))
			continue;
		if (!isWord(message[from + mark.length + value.length])) return true;
	}
	return false;
}

/** Whether a character belongs to a longer key or value. */
const isWord = (character = ' ') => /[\p{L}\p{N}_.-]/u.test(character);

function shorten(value: string): string {
	return value.length > longestNamed ? `${value.slice(0, longestNamed - 1)}…` : value;
}

function collect(value: object, prefix: string, found: Field[], limit: number): void {
	for (const [key, inner] of Object.entries(value)) {
		if (found.length >= limit) return;
		const path = prefix + key;
		if (isNested(inner)) collect(inner, `${path}.`, found, limit);
		else found.push(leaf(path, inner));
	}
}

function leaf(path: string, value: unknown): Field {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const equatable = (typeof value !== 'object' || value === null) && text.length <= longestTerm;
	return { path, value: text, term: equatable ? `attributes.${path}` : null };
}

function isNested(value: unknown): value is object {
	return (
		typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
	);
}
