import { error, redirect } from '@sveltejs/kit';
import type { LayoutServerLoad } from './$types';

/** Who looks, and at which organization. Everything below it may rely on the membership. */
export const load: LayoutServerLoad = async ({ params, locals, url }) => {
	const { app, user } = locals;
	if (!user) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	const membership = await app.accounts.organizations.membership(user.id, params.org);
	if (!membership) error(404, `There is no organization "${params.org}" that you belong to.`);
	const { org, role } = membership;
	const memberships = await app.accounts.organizations.ofUser(user.id);
	return {
		user: { id: user.id, name: user.name, email: user.email },
		org: { slug: org.slug, name: org.name, role },
		orgs: memberships.map(({ org }) => ({ slug: org.slug, name: org.name }))
	};
};
