import { fail } from '@sveltejs/kit';
import { nameOf } from '$server/people/device';
import * as sessions from '$server/people/sessions';
import * as signOuts from '$server/people/sign-out';
import { personOf } from '../person';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const person = personOf(event);
	const { app, sessionId } = event.locals;
	const listed = await sessions.list(app.sql, person.id);
	return {
		sessions: listed.map(({ id, userAgent, address, lastUsedAt, createdAt }) => ({
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
		const isEnded = await signOuts.endOne(event.locals.app.sql, id, person);
		if (!isEnded) return fail(404, { fault: 'This session has already ended.' });
		return { done: 'Session ended.' };
	},

	endOthers: async (event) => {
		const person = personOf(event);
		const { app, sessionId } = event.locals;
		await signOuts.endOthers(app.sql, sessionId, person);
		return { done: 'All other sessions ended.' };
	}
};
