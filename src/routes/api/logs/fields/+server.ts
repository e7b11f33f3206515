import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import { authorized } from '../../authorized';
import { fieldsOf, searchedOf } from '../answers';
import { withBars } from '../bars';
import * as parameters from '../parameters';
import { searchFor } from '../search-for';

const patience = 30_000; // ms

/** GET /api/logs/fields: the fields of matching lines, with their most frequent values. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org }) => {
		const { request, url, locals } = event;
		const wanted = parameters.parse(url.searchParams);
		if (!wanted.ok) return problem(400, wanted.detail, wanted.fields);
		const head = await locals.app.logs.head(org);
		const asked = searchFor(org, { ...wanted, limit: 0 }, { head, patience, signal: request.signal });
		const bars = await withBars(locals.app, asked, 1); // so that what chunks have counted is enough
		const found = await locals.app.search.find({ ...asked, ...bars, fields: parameters.sampledLines });
		const searched = { ...searchedOf(asked, found), complete: found.isComplete };
		return json({ ...fieldsOf(found), matched: found.matched, searched });
	});
