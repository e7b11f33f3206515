import { error, fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as cookies from '$server/people/cookies';
import { confirmation } from '$server/organizations/sign-up-by-mail';
import { refuse } from '../../../refuse';
import type { Actions, PageServerLoad } from './$types';

/** Changes nothing: mail scanners open links too. */
export const load: PageServerLoad = async ({ locals, params }) => {
	const offer = await locals.app.accounts.signUpByMail.find(params.token);
	if (!offer) error(410, 'This link is no longer valid.');
	return offer;
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, params, request, cookies: jar } = event;
		const form = forms.read(confirmation, await request.formData());
		if (!form.ok) return fail(400, { faults: form.faults });

		const { app, from, isSecure } = locals;
		const { password } = form.values;
		const signedUp = await app.accounts.signUpByMail.confirm(params.token, password, from);
		if (!signedUp.ok) return refuse(event, signedUp, {});
		cookies.setSession(jar, signedUp.session, isSecure);
		cookies.setFirstKey(jar, signedUp.org.slug, signedUp.key, isSecure);
		redirect(303, `/${signedUp.org.slug}/logs`);
	}
};
