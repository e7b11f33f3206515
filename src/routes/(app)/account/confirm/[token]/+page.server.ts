import { error, redirect } from '@sveltejs/kit';
import { refuse } from '../../../../refuse';
import { personOf } from '../../person';
import type { Actions, PageServerLoad } from './$types';

/** Changes nothing: mail scanners open links, too. */
export const load: PageServerLoad = async (event) => {
	const person = personOf(event);
	const newEmail = await event.locals.app.accounts.account.findNewEmail(event.params.token, person);
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
		const confirmed = await app.accounts.account.confirmEmail(event.params.token, person, origin);
		if (!confirmed.ok) return refuse(event, confirmed, {});
		redirect(303, '/account?confirmed');
	}
};
