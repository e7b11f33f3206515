import type { Entry } from '$log/entry';
import * as predicate from '$log/predicate';
import * as query from '$log/query';
import { firstKey, removeFirstKey } from '$server/accounts/cookies';
import { membershipOf } from '../membership';
import type { PageServerLoad } from './$types';

/** How many lines the page starts with, and keeps while it follows. */
const lines = 500;

/** The last lines, and the head they were read up to: the stream goes on from exactly there. */
export const load: PageServerLoad = async ({ params, locals, url, cookies }) => {
	const { app } = locals;
	const org = (await membershipOf(locals, params.org)).org.id;

	const q = url.searchParams.get('q') ?? '';
	const filter = compile(q);
	const head = await app.logs.head(org);
	const found = filter.matches
		? await app.search.backward(org, { matches: filter.matches, before: head + 1, limit: lines })
		: { entries: [] };
	if (head > 0) removeFirstKey(cookies, params.org, url.protocol === 'https:');
	const key = head === 0 ? firstKey(cookies) : null;
	return {
		entries: found.entries.reverse(),
		head,
		q,
		error: filter.error,
		services: await app.logs.services(org),
		firstKey: key ? { key, origin: url.origin } : null
	};
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
