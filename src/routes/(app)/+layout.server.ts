import { signInFirst } from '../actor';
import type { LayoutServerLoad } from './$types';

/** Organizations in the menus of every page; the page that lists them has the rest. */
const inMenus = 50;

/** The reader and their organizations: part of every page for signed-in people. */
export const load: LayoutServerLoad = async ({ locals, url }) => {
	const { app, user } = locals;
	if (!user) return signInFirst(url);
	const memberships = await app.accounts.organizations.ofUser(user.id, inMenus);
	return {
		user: { id: user.id, name: user.name, email: user.email, isInstanceAdmin: user.instanceAdmin },
		orgs: memberships.map(({ org }) => ({ slug: org.slug, name: org.name }))
	};
};
