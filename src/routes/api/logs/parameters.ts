import * as v from 'valibot';
import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import * as query from '$log/query';
import { wholeNumber } from '$server/forms/whole-number';

export type Filter = Accepted | Refused;
export interface Accepted {
	ok: true;
	matches: (entry: Entry) => boolean;
	/** Equal for queries that mean the same. */
	key: string;
	/** Whether there is no query, so that every line matches. */
	isAll: boolean;
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
	const parsed = query.parse(parameters.get('q') ?? '');
	const compiled = parsed.ok ? predicate.compile(parsed.query) : parsed;
	if (!parsed.ok || !compiled.ok) {
		const { message, position } = (compiled as { error: query.QueryError }).error;
		return refuse(`q, at ${position}: ${message}`, { position });
	}
	return {
		ok: true,
		matches: compiled.matches,
		key: query.format(parsed.query),
		isAll: parsed.query.kind === 'all'
	};
}

const instant = (name: string) =>
	v.pipe(
		v.string(),
		v.transform((text) => Date.parse(text)),
		v.check((ms) => !Number.isNaN(ms), `${name} takes a time such as 2026-11-20T14:03:00Z.`)
	);

const page = v.object({
	limit: v.optional(wholeNumber('limit', 1, 1_000), '100'),
	before: v.optional(wholeNumber('before', 0, Number.MAX_SAFE_INTEGER)),
	after: v.optional(wholeNumber('after', 0, Number.MAX_SAFE_INTEGER)),
	from: v.optional(instant('from')),
	to: v.optional(instant('to'))
});

/** The parameters of GET /api/logs. */
export function parse(parameters: URLSearchParams) {
	const filtered = filter(parameters);
	if (!filtered.ok) return filtered;
	const read = v.safeParse(page, Object.fromEntries(parameters));
	if (!read.success) return refuse(read.issues.map(({ message }) => message).join(' '));
	const { limit, before, after, from = -Infinity, to = Infinity } = read.output;
	const bounded = from > -Infinity || to < Infinity;
	const inRange = ({ time }: Entry) => Date.parse(time) >= from && Date.parse(time) < to;
	const matches = bounded ? (entry: Entry) => inRange(entry) && filtered.matches(entry) : filtered.matches;
	return { ok: true as const, matches, limit, before, after };
}
