import * as cookies from '$server/people/cookies.ts';
import * as forms from '$server/forms/forms.ts';
import { shortest } from '$server/people/password-strength.ts';
import * as signUps from '$server/organizations/sign-up.ts';
import { fail, redirect } from '@sveltejs/kit';
import * as signUpByMail from '$server/organizations/sign-up-by-mail.ts';
import * as users from '$server/people/users.ts';
import { refuse } from '../../refuse';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.user) redirect(303, '/');
	const { sql, config } = locals.app;
	return {
		isOpen: await signUps.isOpen(sql, config),
		isFirst: !(await users.anyExists(sql)),
		shortest
	};
};

export const actions: Actions = {
	default: async (event) => {
		const { request, locals, cookies: jar } = event;
		const data = await request.formData();
		const text = (field: string) => String(data.get(field) ?? '');
		const typed = { name: text('name'), email: text('email'), organization: text('organization') };
		const form = forms.read(signUps.form, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { app, from, origin, isSecure } = locals;
		const { sql, passwords, config: options, post } = app;
		if (await signUpByMail.isOn(sql, post)) {
			const asked = await signUpByMail.ask(sql, passwords, form.values, { from, origin }, { options, post });
			return asked.ok ? { mailed: form.values.email } : refuse(event, asked, { typed });
		}
		const signedUp = await signUps.signUp(sql, passwords, form.values, from, options);
		if (!signedUp.ok) return refuse(event, signedUp, { typed });
		cookies.setSession(jar, signedUp.session, isSecure);
		cookies.setFirstKey(jar, signedUp.org.slug, signedUp.key, isSecure);
		redirect(303, `/${signedUp.org.slug}/logs`);
	}
};
