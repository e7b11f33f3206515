import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import { authorized } from '../../authorized';
import { withBars, type Bars } from '../bars';
import * as parameters from '../parameters';
import { searchFor } from '../search-for';
import { respond } from './respond';

/** How long a stream searches, in ms; its reader can go on from the cursor. */
const patience = 60_000;

/** GET /api/logs/search: lines, histogram and fields as they are found. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org }, incoming) => {
		const { request, url, locals } = event;
		const wanted = parameters.parse(url.searchParams);
		if (!wanted.ok) return problem(400, wanted.detail, wanted.fields);
		const counting = parameters.counting(url.searchParams);
		if (!counting.ok) return problem(400, counting.detail);
		const head = wanted.cursor?.head ?? (await locals.app.logs.head(org));
		const asked = searchFor(org, wanted, { head, patience, signal: request.signal });
		const bars: Bars | null = counting.bars > 0 ? await withBars(locals.app, asked, counting.bars) : null;
		const sampledBefore = wanted.cursor?.counted?.sampled ?? 0;
		const fields = counting.fields ? Math.max(0, parameters.sampledLines - sampledBefore) : null;
		const search = { ...asked, ...bars, fields, sampledBefore };
		return respond(event, search, { head, incoming });
	});
