import type { RequestHandler } from './$types';
import { authorized } from '../../authorized';
import { lineOf } from './line';

/** GET /api/logs/{seq}: one line. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org }) => {
		const found = await lineOf(event.locals.app, org, event.params.seq);
		if (found instanceof Response) return found;
		return new Response(found.json, { headers: { 'content-type': 'application/json' } });
	});
