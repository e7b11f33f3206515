import { redirect } from '@sveltejs/kit';
import { wantedOf } from '../../wanted';
import { administer } from '../administer';
import { instanceAdmin } from '../instance-admin';
import type { Actions, PageServerLoad } from './$types';

/** Everyone with an account. */
export const load: PageServerLoad = async ({ locals, url }) => {
	const { id } = instanceAdmin({ locals, url });
	const wanted = wantedOf(url);
	const { items, ...place } = await locals.app.accounts.administration.users(wanted);
	const users = items.map(({ suspendedAt, lastSeenAt, ...user }) => ({
		...user,
		isSelf: user.id === id,
		suspendedAt: suspendedAt?.toISOString() ?? null,
		lastSeenAt: lastSeenAt?.toISOString() ?? null
	}));
	return { q: wanted.q, users, place };
};

export const actions: Actions = {
	suspend: (event) => {
		const { suspendUser } = event.locals.app.accounts.administration;
		return administer(event, suspendUser, (name) => `${name} is suspended, and signed out everywhere.`);
	},
	restore: (event) => {
		const { restoreUser } = event.locals.app.accounts.administration;
		return administer(event, restoreUser, (name) => `${name} can sign in again.`);
	},
	grant: (event) => {
		const { grantAdmin } = event.locals.app.accounts.administration;
		return administer(event, grantAdmin, (name) => `${name} is an instance admin.`);
	},
	withdraw: async (event) => {
		const { withdrawAdmin } = event.locals.app.accounts.administration;
		const answer = await administer(
			event,
			withdrawAdmin,
			(name) => `${name} is no longer an instance admin.`
		);
		if ('id' in answer && answer.id === event.locals.user?.id) redirect(303, '/');
		return answer;
	}
};
