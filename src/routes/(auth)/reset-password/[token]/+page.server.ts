import { error, fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as passwordReset from '$server/people/password-reset';
import { shortest } from '$server/people/password-strength';
import { refuse } from '../../../refuse';
import type { Actions, PageServerLoad } from './$types';

/** Changes nothing: mail scanners open links too. */
export const load: PageServerLoad = async ({ locals, params }) => {
	const account = await passwordReset.find(locals.app.sql, params.token);
	if (!account) error(410, 'This link is no longer valid.');
	return { email: account.email, shortest };
};

export const actions: Actions = {
	default: async (event) => {
		const { request, locals, params } = event;
		const form = forms.read(passwordReset.chosen, await request.formData());
		if (!form.ok) return fail(400, { faults: form.faults });

		const { app, from } = locals;
		const reset = await passwordReset.use(app.sql, app.passwords, params.token, form.values.password, from);
		if (!reset.ok) return refuse(event, reset, {});
		redirect(303, '/sign-in?reset');
	}
};
