import { error, fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as cookies from '$server/people/cookies';
import * as signUpByMail from '$server/organizations/sign-up-by-mail';
import { refuse } from '../../../refuse';
import type { Actions, PageServerLoad } from './$types';

/** Changes nothing: mail scanners open links too. */
export const load: PageServerLoad = async ({ locals, params }) => {
	const offer = await signUpByMail.find(locals.app.sql, params.token);
	if (!offer) error(410, 'This link is no longer valid.');
	return offer;
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, params, request, cookies: jar } = event;
		const form = forms.read(signUpByMail.confirmation, await request.formData());
		if (!form.ok) return fail(400, { faults: form.faults });

		const { app, from, isSecure } = locals;
		const sent = { token: params.token, ...form.values };
		const signedUp = await signUpByMail.confirm(app.sql, app.passwords, sent, from, app.config);
		if (!signedUp.ok) return refuse(event, signedUp, {});
		cookies.setSession(jar, signedUp.session, isSecure);
		cookies.setFirstKey(jar, signedUp.org.slug, signedUp.key, isSecure);
		redirect(303, `/${signedUp.org.slug}/logs`);
	}
};
