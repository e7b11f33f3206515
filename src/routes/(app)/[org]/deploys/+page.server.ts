import { error } from '@sveltejs/kit';
import * as v from 'valibot';
import { faults } from '$server/forms/faults';
import { filter } from '$server/deploys/list-query';
import { present } from '$server/deploys/present';
import { firstKey } from '$server/people/cookies';
import { membershipOf } from '../membership';
import { deploying } from '../commands';
import type { PageServerLoad } from './$types';

const shown = 50;

/** The newest deploys that match the filters; an empty choice of a form counts as none. */
export const load: PageServerLoad = async (event) => {
	const { params, locals, url, cookies } = event;
	const { deploys } = locals.app;
	const org = (await membershipOf(event)).org.id;
	const chosen = [...url.searchParams].filter(([, value]) => value !== '');
	const asked = v.safeParse(filter, Object.fromEntries(chosen));
	if (!asked.success) error(400, faults(asked.issues));
	const { service, environment, status } = asked.output;
	const found = await deploys.list(org, { ...asked.output, limit: shown });
	const key = found.deploys.length === 0 ? firstKey(cookies) : null;
	return {
		/** The command for the first deploy. It contains the key only as long as the page after sign-up shows it. */
		command: { text: deploying(locals.origin, key), hasKey: key !== null },
		deploys: found.deploys.map((deploy) => present(deploy, params.org)),
		next: found.next,
		filters: { service: service ?? null, environment: environment ?? null, status: status ?? null },
		...(await deploys.namesOf(org)),
		now: new Date().toISOString()
	};
};
