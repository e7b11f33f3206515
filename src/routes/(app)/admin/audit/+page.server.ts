import { actions } from '$server/accounts/audit/audit';
import { present } from '../../[org]/settings/audit/present';
import { askedOf, linksOf } from '../../[org]/settings/audit/query';
import { instanceAdmin } from '../instance-admin';
import type { PageServerLoad } from './$types';

/** Who did what on the whole instance, the newest first. */
export const load: PageServerLoad = async ({ locals, url }) => {
	instanceAdmin({ locals, url });
	const asked = askedOf(url);
	const { events, next } = await locals.app.accounts.auditList.ofInstance(asked);
	return { asked, actions: [...actions], events: events.map(present), links: linksOf(asked, next) };
};
