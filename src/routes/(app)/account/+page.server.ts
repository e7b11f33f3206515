import { fail } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import { shortest } from '$server/people/password-strength';
import * as profile from '$server/people/profile';
import * as emailChange from '$server/people/email-change';
import { refuse } from '../../refuse';
import { personOf } from './person';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
	personOf(event);
	return { shortest, isConfirmed: event.url.searchParams.has('confirmed') };
};

/** The result of one of the page's forms. */
interface Answer {
	form: 'name' | 'email' | 'password';
	typed?: { name?: string; email?: string };
	faults?: forms.Faults;
	done?: string;
}

/** Without JavaScript the same answer contains the page: it shows the new name or address. */
function renew(locals: App.Locals, changed: { name: string } | { email: string }): void {
	if (locals.user) locals.user = { ...locals.user, ...changed };
}

const done = (form: Answer['form'], done: string): Answer => ({ form, done });

export const actions: Actions = {
	name: async (event) => {
		const person = personOf(event);
		const data = await event.request.formData();
		const form = forms.read(profile.nameForm, data);
		const answer: Answer = { form: 'name', typed: { name: String(data.get('name') ?? '') } };
		if (!form.ok) return fail(400, { ...answer, faults: form.faults });

		await profile.changeName(event.locals.app.sql, form.values.name, person);
		renew(event.locals, form.values);
		return done('name', 'Saved.');
	},

	email: async (event) => {
		const person = personOf(event);
		const data = await event.request.formData();
		const form = forms.read(profile.emailForm, data);
		const answer: Answer = { form: 'email', typed: { email: String(data.get('email') ?? '') } };
		if (!form.ok) return fail(400, { ...answer, faults: form.faults });

		const { app, origin } = event.locals;
		const { email } = form.values;
		const { sql, passwords, post } = app;
		const asked = await emailChange.ask(sql, passwords, form.values, person, { origin, post });
		if (!asked.ok) return refuse(event, asked, answer);
		if (asked.isMailed)
			return done('email', `Check your email: open the link that we sent to ${email} within a day.`);
		renew(event.locals, { email });
		return done('email', `Saved. You now sign in with ${email}.`);
	},

	password: async (event) => {
		const person = personOf(event);
		const form = forms.read(profile.passwordForm, await event.request.formData());
		const answer: Answer = { form: 'password' };
		if (!form.ok) return fail(400, { ...answer, faults: form.faults });

		const { app, sessionId } = event.locals;
		const changed = await profile.changePassword(app.sql, app.passwords, form.values, person, sessionId);
		if (!changed.ok) return refuse(event, changed, answer);
		return done('password', 'Saved. You are signed out everywhere else.');
	}
};
