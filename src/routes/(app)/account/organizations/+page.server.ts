import { fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as newOrganizations from '$server/organizations/new-organizations';
import * as submissions from '$server/access/submissions';
import * as memberships from '$server/access/memberships';
import * as members from '$server/organizations/members';
import { actorOf, signInFirst } from '../../../actor';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const { app, user } = locals;
	if (!user) return signInFirst(url);
	const { sql, config } = app;
	const [own, ownedAlone] = await Promise.all([
		memberships.ofUser(sql, user.id),
		members.ownedAlone(sql, user.id)
	]);
	return {
		sent: submissions.token(),
		memberships: own.map(({ org, role }) => ({
			slug: org.slug,
			name: org.name,
			isSuspended: org.isSuspended,
			role,
			/** The last owner cannot leave. */
			mayLeave: !ownedAlone.includes(org.id)
		})),
		mayMake: await newOrganizations.mayMake(sql, user.id, config)
	};
};

/** The result of one of the page's forms: `of` is the organization's slug, or else `new`. */
interface Answer {
	of?: string;
	typed?: { organization: string };
	faults?: forms.Faults;
	done?: string;
}

const answer = (answer: Answer) => answer;
const refuse = (status: number, answer: Answer) => fail(status, answer);

export const actions: Actions = {
	leave: async ({ request, locals, url }) => {
		const { app, user } = locals;
		if (!user) return signInFirst(url);
		const of = String((await request.formData()).get('organization') ?? '');
		const membership = await memberships.find(app.sql, user.id, of);
		if (!membership) return refuse(404, { faults: { form: "You're not a member of this organization." } });

		const { org } = membership;
		const left = await members.leave(app.sql, org.id, actorOf(locals));
		if (!left.ok) return refuse(left.status, { of, faults: left.faults });
		return answer({ done: `You have left ${org.name}.` });
	},

	make: async ({ request, locals, url, setHeaders }) => {
		const { app, user } = locals;
		if (!user) return signInFirst(url);
		const data = await request.formData();
		const typed = { organization: String(data.get('organization') ?? '') };
		const form = forms.read(newOrganizations.form, data);
		if (!form.ok) return refuse(400, { of: 'new', typed, faults: form.faults });

		const { organization } = form.values;
		const sent = submissions.of(data);
		const made = await newOrganizations.make(app.sql, actorOf(locals), organization, app.config, sent);
		if (!made.ok) {
			if (made.status === 429) setHeaders({ 'retry-after': String(made.retryAfterS) });
			return refuse(made.status, { of: 'new', typed, faults: made.faults });
		}
		redirect(303, `/${made.org.slug}/logs`);
	}
};
