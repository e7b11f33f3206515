import * as acceptance from '$server/organizations/acceptance.ts';
import * as cookies from '$server/people/cookies.ts';
import * as forms from '$server/forms/forms.ts';
import type { Refused } from '$server/forms/refusal';
import { shortest } from '$server/people/password-strength.ts';
import { error, fail, redirect } from '@sveltejs/kit';
import * as invitations from '$server/organizations/invitations.ts';
import { actorOf } from '../../../actor';
import type { Actions, PageServerLoad } from './$types';

/** What the link offers. Reading it changes nothing, so that a mail scanner that follows links uses none up. */
export const load: PageServerLoad = async ({ params, locals }) => {
	const offer = await invitations.find(locals.app.sql, params.token);
	if (!offer) return invalid();
	return {
		offer,
		/** The address of the signed-in reader. */
		reader: locals.user?.email ?? null,
		shortest
	};
};

/** One answer for all invalid links, so that it does not reveal which ones were created. */
function invalid(): never {
	error(404, 'This invitation is not valid, or no longer valid.');
}

type SetHeaders = (headers: Record<string, string>) => void;

function refuse(refused: Refused, typed: { name: string }, setHeaders: SetHeaders) {
	if (refused.status === 404) return invalid();
	if (refused.status === 429) setHeaders({ 'retry-after': String(refused.retryAfterS) });
	return fail(refused.status, { typed, faults: refused.faults });
}

export const actions: Actions = {
	join: async ({ params, locals, url, setHeaders }) => {
		if (!locals.user) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname)}`);
		const joined = await acceptance.join(locals.app.sql, params.token, actorOf(locals));
		if (!joined.ok) return refuse(joined, { name: '' }, setHeaders);
		redirect(303, `/${joined.slug}/logs`);
	},

	signUp: async ({ params, request, locals, setHeaders, cookies: jar }) => {
		const data = await request.formData();
		const typed = { name: String(data.get('name') ?? '') };
		if (locals.user) return fail(409, { typed, faults: { form: 'You are signed in. Sign out first.' } });
		const form = forms.read(acceptance.form, data);
		if (!form.ok) return fail(400, { typed, faults: form.faults });

		const { app, from, isSecure } = locals;
		const signedUp = await acceptance.signUp(app.sql, app.passwords, params.token, form.values, from);
		if (!signedUp.ok) return refuse(signedUp, typed, setHeaders);
		cookies.setSession(jar, signedUp.session, isSecure);
		redirect(303, `/${signedUp.slug}/logs`);
	}
};
