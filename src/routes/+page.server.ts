import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Leads to where there is something to do; the page itself is for who belongs to no organization. */
export const load: PageServerLoad = async ({ locals }) => {
	const { accounts } = locals.app;
	if (!locals.user) redirect(303, (await accounts.users.anyExists()) ? '/sign-in' : '/sign-up');
	const [first] = await accounts.organizations.ofUser(locals.user.id);
	if (first) redirect(303, `/${first.org.slug}/logs`);
	return { email: locals.user.email };
};
