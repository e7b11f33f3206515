import { redirect } from '@sveltejs/kit';
import { membershipOf } from './membership';
import type { LayoutServerLoad } from './$types';

/** Who looks, and at which organization. Everything below it may rely on the membership. */
export const load: LayoutServerLoad = async ({ params, locals, url }) => {
	const { app, user } = locals;
	if (!user) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	const { org, role } = await membershipOf(locals, params.org);
	const memberships = await app.accounts.organizations.ofUser(user.id);
	return {
		user: { id: user.id, name: user.name, email: user.email },
		org: { slug: org.slug, name: org.name, role },
		orgs: memberships.map(({ org }) => ({ slug: org.slug, name: org.name }))
	};
};
