import { permissionsOf } from '$server/accounts/roles';
import { membershipOf } from './membership';
import type { LayoutServerLoad } from './$types';

/** At which organization somebody looks, and what they may do there: what they may not is not shown. */
export const load: LayoutServerLoad = async (event) => {
	const { user } = await event.parent(); // who is not signed in is led there first
	const { org, role } = await membershipOf(event);
	await event.locals.app.accounts.organizations.remember(user.id, org.id);
	return { org: { slug: org.slug, name: org.name, role, may: permissionsOf(role) } };
};
