import { error } from '@sveltejs/kit';
import type { Membership } from '$server/accounts/organizations';

/** The reader's membership in the organization that the address names; for everybody else there is no such organization. */
export async function membershipOf(locals: App.Locals, slug: string): Promise<Membership> {
	const { app, user } = locals;
	const membership = user && (await app.accounts.organizations.membership(user.id, slug));
	if (!membership) error(404, `There is no organization "${slug}" that you belong to.`);
	return membership;
}
