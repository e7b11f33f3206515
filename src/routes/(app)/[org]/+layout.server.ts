import { permissionsOf } from '$server/access/roles';
import * as memberships from '$server/access/memberships';
import { membershipOf } from './membership';
import type { LayoutServerLoad } from './$types';

/** The current organization, and what the reader may do there: everything else is hidden. */
export const load: LayoutServerLoad = async (event) => {
	const { user } = await event.parent(); // signed-out readers are led to sign in first
	const { org, role } = await membershipOf(event);
	await memberships.remember(event.locals.app.sql, user.id, org.id);
	return { org: { slug: org.slug, name: org.name, role, may: permissionsOf(role) } };
};
