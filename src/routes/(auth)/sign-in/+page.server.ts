import * as cookies from '$server/accounts/cookies.ts';
import * as forms from '$server/accounts/forms.ts';
import { fail, redirect } from '@sveltejs/kit';
import { pathOf } from '../next.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	if (locals.user) redirect(303, pathOf(url.searchParams.get('next')) ?? '/');
	return { signUpIsOpen: await locals.app.accounts.signUpIsOpen() };
};

export const actions: Actions = {
	default: async ({ request, locals, url, getClientAddress, setHeaders, cookies: jar }) => {
		const data = await request.formData();
		const typed = { email: String(data.get('email') ?? '') };
		const form = forms.read(forms.signIn, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { accounts } = locals.app;
		const signedIn = await accounts.signIn(form.values, getClientAddress());
		if (!signedIn.ok) {
			if (signedIn.status === 429) setHeaders({ 'retry-after': String(signedIn.retryAfterS) });
			return fail(signedIn.status, { typed, faults: signedIn.faults });
		}
		const previous = cookies.session(jar);
		if (previous !== null) await accounts.sessions.end(previous);
		const session = await accounts.sessions.create(signedIn.userId);
		cookies.setSession(jar, session, url.protocol === 'https:');
		redirect(303, pathOf(url.searchParams.get('next')) ?? '/');
	}
};
