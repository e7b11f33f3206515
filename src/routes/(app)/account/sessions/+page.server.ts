import { fail } from '@sveltejs/kit';
import { nameOf } from '$server/people/device';
import { personOf } from '../person';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const person = personOf(event);
	const { app, sessionId } = event.locals;
	const sessions = await app.accounts.sessions.list(person.id);
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
		const person = personOf(event);
		const id = String((await event.request.formData()).get('id') ?? '');
		const isEnded = await event.locals.app.accounts.account.endSession(id, person);
		if (!isEnded) return fail(404, { fault: 'This session has already ended.' });
		return { done: 'Session ended.' };
	},

	endOthers: async (event) => {
		const person = personOf(event);
		const { app, sessionId } = event.locals;
		await app.accounts.account.endOtherSessions(sessionId, person);
		return { done: 'All other sessions ended.' };
	}
};
