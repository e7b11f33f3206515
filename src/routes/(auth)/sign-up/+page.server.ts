import * as cookies from '$server/accounts/cookies.ts';
import * as forms from '$server/accounts/forms.ts';
import * as passwords from '$server/accounts/passwords.ts';
import { fail, redirect } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.user) redirect(303, '/');
	const { accounts } = locals.app;
	return {
		isOpen: await accounts.signUpIsOpen(),
		isFirst: !(await accounts.users.anyExists()),
		shortest: passwords.shortest
	};
};

export const actions: Actions = {
	default: async ({ request, locals, url, getClientAddress, setHeaders, cookies: jar }) => {
		const data = await request.formData();
		const text = (field: string) => String(data.get(field) ?? '');
		const typed = { name: text('name'), email: text('email'), organization: text('organization') };
		const form = forms.read(forms.signUp, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { accounts } = locals.app;
		const signedUp = await accounts.signUp(form.values, getClientAddress());
		if (!signedUp.ok) {
			if (signedUp.status === 429) setHeaders({ 'retry-after': String(signedUp.retryAfterS) });
			return fail(signedUp.status, { typed, faults: signedUp.faults });
		}
		const isSecure = url.protocol === 'https:';
		cookies.setSession(jar, await accounts.sessions.create(signedUp.user.id), isSecure);
		cookies.setFirstKey(jar, signedUp.org.slug, signedUp.key, isSecure);
		redirect(303, `/${signedUp.org.slug}/logs`);
	}
};
