import * as v from 'valibot';
import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import * as query from '$log/query';
import { wholeNumber } from '$server/forms/whole-number';
import * as cursor from '$server/search/cursor';

export type Filter = Accepted | Refused;
export interface Accepted {
	ok: true;
	matches: (entry: Entry) => boolean;
	/** Equal for queries that mean the same. */
	key: string;
	/** Whether there is no query, so that every line matches. */
	isAll: boolean;
	query: query.Query;
	/** As it was sent. */
	text: string;
}
export interface Refused {
	ok: false;
	detail: string;
	/** For the page: where in the query the error is. */
	fields: Record<string, unknown>;
}

const refuse = (detail: string, fields: Record<string, unknown> = {}): Refused => ({
	ok: false,
	detail,
	fields
});

/** The parameter `q` as a predicate. */
export function filter(parameters: URLSearchParams): Filter {
	const text = parameters.get('q') ?? '';
	const read = predicate.read(text);
	if (!read.ok) {
		const { message, position } = read.error;
		return refuse(`q, at ${position}: ${message}`, { position });
	}
	return {
		ok: true,
		matches: read.matches,
		key: query.format(read.query),
		isAll: read.query.kind === 'all',
		query: read.query,
		text
	};
}

const instant = (name: string) =>
	v.pipe(
		v.string(),
		v.transform((text) => Date.parse(text)),
		v.check((ms) => !Number.isNaN(ms), `${name} takes a time such as 2026-11-20T14:03:00Z.`)
	);

const seq = (name: string) => v.optional(wholeNumber(name, 0, Number.MAX_SAFE_INTEGER));
const place = v.optional(
	v.pipe(
		v.string(),
		v.transform(cursor.read),
		v.check((read) => read !== null, 'cursor takes what an answer gave as its cursor.')
	)
);

const range = { from: v.optional(instant('from')), to: v.optional(instant('to')) };
const page = v.object({
	limit: v.optional(wholeNumber('limit', 1, 1_000), '100'),
	before: seq('before'),
	after: seq('after'),
	cursor: place,
	order: v.optional(v.picklist(['newest', 'oldest'], 'order takes newest or oldest.'), 'newest'),
	...range
});

/** The parameters of GET /api/logs. */
export function parse(parameters: URLSearchParams) {
	const filtered = filter(parameters);
	if (!filtered.ok) return filtered;
	const read = v.safeParse(page, Object.fromEntries(parameters));
	if (!read.success) return refuse(read.issues.map(({ message }) => message).join(' '));
	const { from = -Infinity, to = Infinity, cursor = null, ...rest } = read.output;
	if (cursor && (rest.before ?? rest.after) !== undefined)
		return refuse('Use cursor, or before and after: they go through the lines in different orders.');
	if (cursor && (rest.order === 'oldest' ? cursor.rank > 0 : cursor.rank < 0))
		return refuse('cursor goes on in the order that it came from: send that order with it.');
	return { ...filtered, from, to, cursor, ...rest };
}

/** Of how many matches the values of attributes are counted: the first in the order of the search. */
export const sampledLines = 10_000;

const counted = v.object({
	bars: v.optional(wholeNumber('bars', 0, 500), '0'),
	fields: v.optional(v.picklist(['0', '1'], 'fields takes 1 or 0.'), '0')
});

/** What is counted of a search: `bars` of a histogram at most, and `fields`. */
export function counting(parameters: URLSearchParams) {
	const read = v.safeParse(counted, Object.fromEntries(parameters));
	if (!read.success) return refuse(read.issues.map(({ message }) => message).join(' '));
	return { ok: true as const, bars: read.output.bars, fields: read.output.fields === '1' };
}
