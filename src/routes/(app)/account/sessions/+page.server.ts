import { fail } from '@sveltejs/kit';
import { nameOf } from '$server/accounts/sessions/device';
import { ownerOf } from '../owner';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const owner = ownerOf(event);
	const { app, sessionId } = event.locals;
	const sessions = await app.accounts.sessions.list(owner.id);
	return {
		sessions: sessions.map(({ id, userAgent, address, lastUsedAt, createdAt }) => ({
			id,
			device: nameOf(userAgent),
			address,
			lastUsedAt: lastUsedAt.toISOString(),
			createdAt: createdAt.toISOString(),
			isThis: id === sessionId
		}))
	};
};

export const actions: Actions = {
	end: async (event) => {
		const owner = ownerOf(event);
		const id = String((await event.request.formData()).get('id') ?? '');
		const isEnded = await event.locals.app.accounts.account.endSession(id, owner);
		if (!isEnded) return fail(404, { fault: 'This session has ended already.' });
		return { done: 'The session has ended.' };
	},

	endOthers: async (event) => {
		const owner = ownerOf(event);
		const { app, sessionId } = event.locals;
		await app.accounts.account.endOtherSessions(sessionId, owner);
		return { done: 'All your other sessions have ended.' };
	}
};
