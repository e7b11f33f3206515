import * as memberships from '$server/access/memberships';
import { signInFirst } from '../actor';
import type { LayoutServerLoad } from './$types';

/** Organizations in the menus of every page; the page that lists them has the rest. */
const inMenus = 50;

/** The reader and their organizations: part of every page for signed-in people. */
export const load: LayoutServerLoad = async ({ locals, url }) => {
	const { app, user } = locals;
	if (!user) return signInFirst(url);
	const own = await memberships.ofUser(app.sql, user.id, inMenus);
	return {
		user: { id: user.id, name: user.name, email: user.email, isInstanceAdmin: user.instanceAdmin },
		orgs: own.map(({ org }) => ({ slug: org.slug, name: org.name }))
	};
};
