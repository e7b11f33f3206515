import { actions } from '$server/accounts/audit/audit';
import { membershipOf } from '../../membership';
import { present } from './present';
import { askedOf, linksOf } from './query';
import type { PageServerLoad } from './$types';

/** Who did what in the organization, the newest first. */
export const load: PageServerLoad = async (event) => {
	const { org } = await membershipOf(event, 'audit');
	const asked = askedOf(event.url);
	const { events, next } = await event.locals.app.accounts.auditList.of(org.id, asked);
	return { asked, actions: [...actions], events: events.map(present), links: linksOf(asked, next) };
};
