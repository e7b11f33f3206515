import { redirect } from '@sveltejs/kit';
import * as memberships from '$server/access/memberships';
import * as newOrganizations from '$server/organizations/new-organizations';
import * as users from '$server/people/users';
import type { PageServerLoad } from './$types';

/** Leads to where there is something to do; the page itself is for people without an organization. */
export const load: PageServerLoad = async ({ locals }) => {
	const { app, user } = locals;
	if (!user) redirect(303, (await users.anyExists(app.sql)) ? '/sign-in' : '/sign-up');
	const slug = await memberships.lastOf(app.sql, user.id);
	if (slug !== null) redirect(303, `/${slug}/logs`);
	return { user, mayMake: await newOrganizations.mayMake(app.sql, user.id, app.config) };
};
