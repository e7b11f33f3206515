import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Leads to where there is something to do; the page itself is for people without an organization. */
export const load: PageServerLoad = async ({ locals }) => {
	const { accounts } = locals.app;
	const { user } = locals;
	if (!user) redirect(303, (await accounts.users.anyExists()) ? '/sign-in' : '/sign-up');
	const slug = await accounts.organizations.lastOf(user.id);
	if (slug !== null) redirect(303, `/${slug}/logs`);
	return { user, mayMake: await accounts.newOrganizations.mayMake(user.id) };
};
