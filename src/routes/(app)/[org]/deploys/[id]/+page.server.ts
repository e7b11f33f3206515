import { error } from '@sveltejs/kit';
import { present } from '$server/deploys/present';
import { membershipOf } from '../../membership';
import { around } from './around';
import { compare, lastGood } from './compare';
import { excerpt } from './excerpt';
import type { PageServerLoad } from './$types';

/** A deploy with the end of its log, or with the lines around `?line=`. */
export const load: PageServerLoad = async (event) => {
	const { params, locals, url } = event;
	const { app } = locals;
	const org = (await membershipOf(event)).org.id;
	const deploy = await app.deploys.get(org, params.id);
	if (!deploy) error(404, 'This deploy does not exist, or was deleted.');

	const earlier = await lastGood(app, org, deploy);
	const asked = { org, slug: params.org, signal: event.request.signal };
	return {
		deploy: present(deploy, params.org),
		log: await excerpt(app.deploys, org, deploy.id, Number(url.searchParams.get('line')) || null),
		around: await around(app, asked, deploy, earlier),
		/** The last good deploy, to compare with. */
		comparison: earlier && (await compare(app, org, deploy, earlier)),
		now: new Date().toISOString()
	};
};
