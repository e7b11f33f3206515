/** Why a search found nothing. */
import * as chips from '../log/chips.ts';
import type { Entry } from '../log/entry.ts';
import type { Scope } from './api.ts';
import type { Span } from './period.ts';
import * as search from './search.ts';

export interface Reason {
	/** A term of the query, and the query without it. */
	term: string;
	rest: string;
	/** Whether lines match without it. */
	hides: boolean;
}

/** More are not tried: each is a search. */
const most = 8;

/** Each term that must hold; none if there is only one. Throws if the server returns nothing. */
export async function terms(scope: Scope, span: Span): Promise<Reason[]> {
	const all = chips.withoutEach(scope.query).slice(0, most);
	if (all.length < 2) return [];
	return Promise.all(
		all.map(async ({ term, rest }) => ({
			term,
			rest,
			hides: (await first({ ...scope, query: rest }, span, 'newest')) !== null
		}))
	);
}

/** The match that is nearest to a period, outside of it; null if there is none. Throws if the server returns nothing. */
export async function nearest(scope: Scope, { from, to }: Span): Promise<Entry | null> {
	const [before, after] = await Promise.all([
		Number.isFinite(from) ? first(scope, { from: -Infinity, to: from }, 'newest') : null,
		Number.isFinite(to) ? first(scope, { from: to, to: Infinity }, 'oldest') : null
	]);
	if (!before || !after) return before ?? after;
	return from - Date.parse(before.time) <= Date.parse(after.time) - to ? before : after;
}

async function first(scope: Scope, span: Span, order: search.Order): Promise<Entry | null> {
	const { logs } = await search.page({ ...scope, span, limit: 1, cursor: null }, order);
	return logs[0] ?? null;
}
