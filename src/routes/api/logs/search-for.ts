import type { Query } from '$log/query';
import type { Cursor } from '$server/search/cursor';
import type { Asked } from '$server/search/asked';

/** What a request says of the lines that it wants. */
export interface Wanted {
	query: Query;
	text: string;
	limit: number;
	from: number;
	to: number;
	/** In the order of time: where an earlier request ended. */
	cursor: Cursor | null;
	/** In the order of time: which lines come first; the newest unless said otherwise. */
	order?: 'newest' | 'oldest';
	/** In the order of arrival: bounds by number, not included themselves. */
	before?: number | undefined;
	after?: number | undefined;
}

/** What else it takes to search. */
type Terms = { head: number } & Pick<Asked, 'patience' | 'signal'>;

/** A search for lines alone. */
export function searchFor(org: string, wanted: Wanted, { head, ...terms }: Terms): Asked {
	const { query, text, limit, from, to, cursor, before, after, order: first = 'newest' } = wanted;
	const isByArrival = (before ?? after) !== undefined;
	return {
		...{ org, query, text, from, to, limit, ...terms },
		first: (after ?? 0) + 1,
		last: Math.min(head, (before ?? Infinity) - 1),
		order: isByArrival
			? { by: 'seq', newestFirst: after === undefined }
			: { by: 'time', newestFirst: first === 'newest' },
		after: cursor,
		counted: cursor?.counted?.ranges ?? null,
		histogram: null,
		fields: null
	};
}
