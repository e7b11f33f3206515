import * as digits from '$log/digits';
import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import type { Query } from '$log/query';
import * as period from '$live/period';
import * as cursors from '$server/search/cursor';
import * as cookies from '$server/people/cookies';
import { nextCursor } from '../../../api/logs/answers';
import { searchFor } from '../../../api/logs/search-for';
import { membershipOf } from '../membership';
import type { Actions, PageServerLoad, PageServerLoadEvent } from './$types';

/** How many lines the page starts with, and keeps while it follows. */
const lines = 500;
/** How long the page may search before it shows what it has, in ms. */
const patience = 5_000;

/**
 * The last lines, and the head they were read up to: the stream continues from exactly there. Of a past period, a page that runs
 * already searches by itself, and shows what it finds as it comes.
 */
export const load: PageServerLoad = async (event) => {
	const { locals, url, isDataRequest } = event;
	const { app } = locals;
	const org = (await membershipOf(event)).org.id;

	const q = url.searchParams.get('q') ?? '';
	const filter = predicate.read(q);
	const head = await app.logs.head(org);
	const shown = period.read(url.searchParams);
	const now = Date.now();
	const isPast = period.isPast(shown);
	const found =
		filter.ok && !(isPast && isDataRequest)
			? await find(event, org, { query: filter.query, text: q, head, now, shown })
			: null;
	return {
		...(found ?? { entries: [], searched: null, cursor: null, isSearched: false }),
		head,
		q,
		error: filter.ok ? null : filter.error,
		/** As the URL has it, and what is meant by it at this time (epoch ms). */
		period: shown,
		now,
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

interface Wanted {
	query: Query;
	text: string;
	head: number;
	now: number;
	shown: period.Period;
}

/** What is followed begins with the lines that arrived last; the past is in the order of time. */
async function find({ locals, url, request }: PageServerLoadEvent, org: string, wanted: Wanted) {
	const { query, text, now, shown } = wanted;
	const isPast = period.isPast(shown);
	const cursor = isPast ? cursors.read(url.searchParams.get('cursor') ?? '') : null;
	const head = cursor?.head ?? wanted.head;
	const order = isPast ? {} : { before: head + 1 };
	const asked = searchFor(
		org,
		{ query, text, limit: lines, cursor, ...period.spanOf(shown, now), ...order },
		{ head, patience, signal: request.signal }
	);
	const found = await locals.app.search.find(asked);
	return {
		entries: found.lines.reverse().map(({ json }) => digits.parse(json) as Entry),
		/** How many lines were searched, if not all. */
		searched: found.isComplete ? null : found.looked,
		/** Where older lines go on; null at the end, and live. */
		cursor: nextCursor(asked, found, head),
		isSearched: true
	};
}
