import { redirect } from '@sveltejs/kit';
import * as administration from '$server/organizations/administration';
import * as lists from '$server/organizations/administration-lists';
import { wantedOf } from '../../wanted';
import { administer } from '../administer';
import { instanceAdmin } from '../instance-admin';
import type { Actions, PageServerLoad } from './$types';

/** Everyone with an account. */
export const load: PageServerLoad = async ({ locals, url }) => {
	const { id } = instanceAdmin({ locals, url });
	const wanted = wantedOf(url);
	const { items, ...place } = await lists.users(locals.app.sql, wanted);
	const users = items.map(({ suspendedAt, lastSeenAt, ...user }) => ({
		...user,
		isSelf: user.id === id,
		suspendedAt: suspendedAt?.toISOString() ?? null,
		lastSeenAt: lastSeenAt?.toISOString() ?? null
	}));
	return { q: wanted.q, users, place };
};

export const actions: Actions = {
	suspend: (event) =>
		administer(
			event,
			administration.suspendUser,
			(name) => `${name} is suspended, and signed out everywhere.`
		),
	restore: (event) => administer(event, administration.restoreUser, (name) => `${name} can sign in again.`),
	grant: (event) => administer(event, administration.grantAdmin, (name) => `${name} is an instance admin.`),
	withdraw: async (event) => {
		const answer = await administer(
			event,
			administration.withdrawAdmin,
			(name) => `${name} is no longer an instance admin.`
		);
		if ('id' in answer && answer.id === event.locals.user?.id) redirect(303, '/');
		return answer;
	}
};
