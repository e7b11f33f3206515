import * as cookies from '$server/people/cookies.ts';
import * as forms from '$server/forms/forms.ts';
import * as signIns from '$server/people/sign-in.ts';
import { fail, redirect } from '@sveltejs/kit';
import * as signUps from '$server/organizations/sign-up.ts';
import { refuse } from '../../refuse';
import { pathOf } from '../next.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	if (locals.user) redirect(303, pathOf(url.searchParams.get('next')) ?? '/');
	return {
		signUpIsOpen: await signUps.isOpen(locals.app.sql, locals.app.config),
		isReset: url.searchParams.has('reset')
	};
};

export const actions: Actions = {
	default: async (event) => {
		const { request, locals, url, cookies: jar } = event;
		const data = await request.formData();
		const typed = { email: String(data.get('email') ?? '') };
		const form = forms.read(signIns.form, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { app, from, isSecure } = locals;
		const signedIn = await signIns.signIn(app.sql, app.passwords, form.values, from, cookies.session(jar));
		if (!signedIn.ok) return refuse(event, signedIn, { typed });
		cookies.setSession(jar, signedIn.session, isSecure);
		redirect(303, pathOf(url.searchParams.get('next')) ?? '/');
	}
};
