import * as cookies from '$server/people/cookies.ts';
import * as forms from '$server/forms/forms.ts';
import { shortest } from '$server/people/password-strength.ts';
import * as signUps from '$server/organizations/sign-up.ts';
import { fail, redirect } from '@sveltejs/kit';
import { refuse } from '../../refuse';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.user) redirect(303, '/');
	const { accounts } = locals.app;
	return {
		isOpen: await accounts.signUpIsOpen(),
		isFirst: !(await accounts.users.anyExists()),
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
		const { signUp, signUpByMail } = app.accounts;
		if (await signUpByMail.isOn()) {
			const asked = await signUpByMail.ask(form.values, { from, origin });
			return asked.ok ? { mailed: form.values.email } : refuse(event, asked, { typed });
		}
		const signedUp = await signUp(form.values, from);
		if (!signedUp.ok) return refuse(event, signedUp, { typed });
		cookies.setSession(jar, signedUp.session, isSecure);
		cookies.setFirstKey(jar, signedUp.org.slug, signedUp.key, isSecure);
		redirect(303, `/${signedUp.org.slug}/logs`);
	}
};
