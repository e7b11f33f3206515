import { permissionsOf } from '$server/access/roles';
import { membershipOf } from './membership';
import type { LayoutServerLoad } from './$types';

/** The current organization, and what the reader may do there: everything else is hidden. */
export const load: LayoutServerLoad = async (event) => {
	const { user } = await event.parent(); // signed-out readers are led to sign in first
	const { org, role } = await membershipOf(event);
	await event.locals.app.accounts.organizations.remember(user.id, org.id);
	return { org: { slug: org.slug, name: org.name, role, may: permissionsOf(role) } };
};
