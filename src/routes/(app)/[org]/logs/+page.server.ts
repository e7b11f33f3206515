import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import * as query from '$log/query';
import * as cookies from '$server/people/cookies';
import type { Found } from '$server/logs/search';
import { membershipOf } from '../membership';
import type { Actions, PageServerLoad } from './$types';

/** How many lines the page starts with, and keeps while it follows. */
const lines = 500;
const nothing: Found = { lines: [], next: null };

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
	const found = filter.matches ? await find(app, org, filter.matches, head, range, since) : nothing;
	return {
		entries: found.lines.reverse().map(({ entry }) => entry),
		/** How many of the newest lines were searched, if not all. */
		searched: found.next === null ? null : head + 1 - found.next,
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

function compile(text: string): {
	matches: ((entry: Entry) => boolean) | null;
	error: query.QueryError | null;
} {
	const parsed = query.parse(text);
	const compiled = parsed.ok ? predicate.compile(parsed.query) : parsed;
	if (!compiled.ok) return { matches: null, error: compiled.error };
	return { matches: compiled.matches, error: null };
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

type Matches = (entry: Entry) => boolean;

async function find(
	{ overview, search }: App.Locals['app'],
	org: string,
	matches: Matches,
	head: number,
	range: { from: string; to: string } | null,
	since: string | null
) {
	if (!range) {
		const after = since ? (await overview.firstSince(org, since)) - 1 : 0;
		return search.backward(org, { matches, after, before: head + 1, limit: lines });
	}
	const [after, before] = [
		await overview.firstSince(org, range.from),
		await overview.firstSince(org, range.to)
	];
	return search.backward(org, { matches, after: after - 1, before, limit: lines });
}
