import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import { authorized } from '../../authorized';
import { histogramOf, searchedOf } from '../answers';
import { withBars } from '../bars';
import * as parameters from '../parameters';
import { searchFor } from '../search-for';

const patience = 30_000; // ms
const usualBars = 60;

/** GET /api/logs/histogram: how many lines match, by time and level. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org }) => {
		const { request, url, locals } = event;
		const wanted = parameters.parse(url.searchParams);
		if (!wanted.ok) return problem(400, wanted.detail, wanted.fields);
		const counting = parameters.counting(url.searchParams);
		if (!counting.ok) return problem(400, counting.detail);
		const head = await locals.app.logs.head(org);
		const terms = { head, patience, signal: request.signal };
		const asked = { ...searchFor(org, { ...wanted, limit: 0 }, terms) };
		const bars = await withBars(locals.app, asked, counting.bars || usualBars);
		const found = await locals.app.search.find({ ...asked, ...bars });
		const searched = { ...searchedOf(asked, found), complete: found.isComplete };
		return json({ ...histogramOf(bars.histogram, found.histogram), matched: found.matched, searched });
	});
