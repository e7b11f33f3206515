import * as digits from '$log/digits';
import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import * as query from '$log/query';
import * as cookies from '$server/people/cookies';
import { searchFor } from '../../../api/logs/search-for';
import { membershipOf } from '../membership';
import type { Actions, PageServerLoad } from './$types';

/** How many lines the page starts with, and keeps while it follows. */
const lines = 500;
/** How long the page may search before it shows what it has, in ms. */
const patience = 5_000;

/** The last lines, and the head they were read up to: the stream continues from exactly there. */
export const load: PageServerLoad = async (event) => {
	const { locals, url } = event;
	const { app } = locals;
	const org = (await membershipOf(event)).org.id;

	const q = url.searchParams.get('q') ?? '';
	const filter = compile(q);
	const head = await app.logs.head(org);
	const range = rangeOf(url.searchParams);
	const since = range ? null : timeOf(url.searchParams.get('from'));
	const within = {
		from: Date.parse(range?.from ?? since ?? '') || -Infinity,
		to: Date.parse(range?.to ?? '') || Infinity
	};
	// What is followed begins with the lines that arrived last; the past is in the order of time.
	const order = range ? {} : { before: head + 1 };
	const wanted = filter.query && {
		query: filter.query,
		text: q,
		limit: lines,
		cursor: null,
		...within,
		...order
	};
	const found =
		wanted &&
		(await app.search.find(searchFor(org, wanted, { head, patience, signal: event.request.signal })));
	return {
		entries: (found?.lines ?? []).reverse().map(({ json }) => digits.parse(json) as Entry),
		/** How many of the newest lines were searched, if not all. */
		searched: found && !found.isComplete ? found.looked : null,
		head,
		q,
		error: filter.error,
		/** A past period, instead of live lines. */
		range,
		/** Where the live lines begin. */
		since,
		services: await app.overview.services(org),
		/** The organization's first key, until dismissed. */
		firstKey: cookies.firstKey(event.cookies),
		origin: locals.origin
	};
};

export const actions: Actions = {
	dismissKey: async (event) => {
		await membershipOf(event);
		cookies.removeFirstKey(event.cookies, event.params.org, event.locals.isSecure);
	}
};

/** A query that can be run, or what is wrong with it. */
function compile(text: string): { query: query.Query | null; error: query.QueryError | null } {
	const parsed = query.parse(text);
	const compiled = parsed.ok ? predicate.compile(parsed.query) : parsed;
	if (!parsed.ok || !compiled.ok) {
		return { query: null, error: (compiled as { error: query.QueryError }).error };
	}
	return { query: parsed.query, error: null };
}

/** The times in a URL, ISO 8601; null unless both are readable. */
function rangeOf(parameters: URLSearchParams): { from: string; to: string } | null {
	const [from, to] = [timeOf(parameters.get('from')), timeOf(parameters.get('to'))];
	return from && to ? { from, to } : null;
}

function timeOf(text: string | null): string | null {
	const time = new Date(text ?? '');
	return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
