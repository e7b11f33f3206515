import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';
import { authorized } from '../../authorized';
import { present } from '$server/deploys/present';
import { noDeploy } from '../none';

/** A deploy, in progress or not, with its current size. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org, slug }) => {
		const deploy = await event.locals.app.deploys.get(org, event.params.id);
		if (!deploy) return noDeploy();
		return json(present(deploy, slug));
	});
