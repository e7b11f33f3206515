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

/** The first few attributes as `key=value`, for the quiet end of a line; `…` stands for the rest. */
export function summarize(attributes: Record<string, unknown>): string[] {
	const found = flatten(attributes, mostNamed + 1).map(({ path, value }) => `${path}=${shorten(value)}`);
	return found.length > mostNamed ? [...found.slice(0, mostNamed), '…'] : found;
}

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
