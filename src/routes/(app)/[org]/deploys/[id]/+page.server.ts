import { error } from '@sveltejs/kit';
import { present } from '$server/deploys/present';
import { membershipOf } from '../../membership';
import { around } from './around';
import { excerpt } from './excerpt';
import type { PageServerLoad } from './$types';

/** A deploy with the end of its log, or with the lines around `?line=`. */
export const load: PageServerLoad = async (event) => {
	const { params, locals, url } = event;
	const { app } = locals;
	const org = (await membershipOf(event)).org.id;
	const deploy = app.deploys.get(org, params.id);
	if (!deploy) error(404, 'This deploy does not exist, or was deleted.');

	const { service, environment = null } = deploy;
	const before = app.deploys.list(org, { service, status: 'succeeded', before: deploy.id, limit: 20 });
	const previous = before.deploys.find((other) => other.environment === environment);
	return {
		deploy: present(deploy, params.org),
		log: await excerpt(app.deploys, org, deploy.id, Number(url.searchParams.get('line')) || null),
		around: await around(app, org, deploy, params.org),
		previous: previous ? { version: previous.version, duration_ms: previous.duration_ms } : null,
		now: new Date().toISOString()
	};
};
