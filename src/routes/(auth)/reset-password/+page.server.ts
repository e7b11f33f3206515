import { fail } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import { forgotten } from '$server/people/password-reset';
import { refuse } from '../../refuse';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => ({
	isOffered: locals.app.accounts.passwordReset.isOffered
});

export const actions: Actions = {
	default: async (event) => {
		const { request, locals } = event;
		const data = await request.formData();
		const typed = { email: String(data.get('email') ?? '') };
		const form = forms.read(forgotten, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { app, from, origin } = locals;
		const asked = await app.accounts.passwordReset.ask(form.values.email, { from, origin });
		if (!asked.ok) return refuse(event, asked, { typed });
		return { mailed: form.values.email };
	}
};
