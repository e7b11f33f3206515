import { fail } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as passwordReset from '$server/people/password-reset';
import { refuse } from '../../refuse';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => ({
	isOffered: locals.app.post !== null
});

export const actions: Actions = {
	default: async (event) => {
		const { request, locals } = event;
		const data = await request.formData();
		const typed = { email: String(data.get('email') ?? '') };
		const form = forms.read(passwordReset.forgotten, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { app, from, origin } = locals;
		const asked = await passwordReset.ask(app.sql, form.values.email, { from, origin }, app.post);
		if (!asked.ok) return refuse(event, asked, { typed });
		return { mailed: form.values.email };
	}
};
