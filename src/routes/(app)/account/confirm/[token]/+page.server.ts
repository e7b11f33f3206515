import { error, redirect } from '@sveltejs/kit';
import * as emailChange from '$server/people/email-change';
import { refuse } from '../../../../refuse';
import { personOf } from '../../person';
import type { Actions, PageServerLoad } from './$types';

/** Changes nothing: mail scanners open links, too. */
export const load: PageServerLoad = async (event) => {
	const person = personOf(event);
	const newEmail = await emailChange.find(event.locals.app.sql, event.params.token, person);
	if (newEmail === null)
		error(
			410,
			'This link is no longer valid, or belongs to a different account than the one you are signed in to.'
		);
	return { newEmail };
};

export const actions: Actions = {
	default: async (event) => {
		const person = personOf(event);
		const { app, origin } = event.locals;
		const { sql, post } = app;
		const confirmed = await emailChange.confirm(sql, event.params.token, person, { origin, post });
		if (!confirmed.ok) return refuse(event, confirmed, {});
		redirect(303, '/account?confirmed');
	}
};
