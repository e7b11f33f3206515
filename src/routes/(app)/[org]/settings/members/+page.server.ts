import { fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as invitations from '$server/organizations/invitations';
import * as members from '$server/organizations/members';
import { may } from '$server/access/roles';
import * as submissions from '$server/access/submissions';
import * as memberList from '$server/organizations/member-list';
import * as invitationList from '$server/organizations/invitation-list';
import { actorOf } from '../../../../actor';
import { wantedOf } from '../../../wanted';
import { membershipOf } from '../../membership';
import { presentInvitation, presentMember, rolesFor } from './present';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { org, role } = await membershipOf(event, 'members');
	const { sql } = event.locals.app;
	const wanted = wantedOf(event.url);
	const [present, pending] = await Promise.all([
		memberList.of(sql, org.id, wanted),
		invitationList.of(sql, org.id, wantedOf(event.url, 'invitations'))
	]);
	return {
		q: wanted.q,
		sent: submissions.token(),
		members: { ...present, items: present.items.map((member) => presentMember(member, role)) },
		invitations: {
			...pending,
			items: pending.items.map((invitation) => presentInvitation(invitation, role))
		},
		/** The roles that the reader may offer. */
		roles: rolesFor(role, null)
	};
};

/** The result of one of the page's forms: `of` is the member's or the invitation's id, or else `invite`. */
interface Answer {
	of?: string;
	typed?: { email: string; role: string };
	faults?: forms.Faults;
	done?: string;
	invited?: Omit<invitations.Invited, 'ok' | 'expiresAt'> & { expiresAt: string };
}

const answer = (answer: Answer) => answer;
const refuse = (status: number, answer: Answer) => fail(status, answer);

export const actions: Actions = {
	role: async (event) => {
		const { org } = await membershipOf(event, 'members');
		const data = await event.request.formData();
		const of = String(data.get('member') ?? '');
		const form = forms.read(members.roleForm, data);
		if (!form.ok) return refuse(400, { of, faults: form.faults });

		const { locals } = event;
		const actor = actorOf(locals);
		const { role } = form.values;
		const changed = await members.changeRole(locals.app.sql, org.id, actor, of, role);
		if (!changed.ok) return refuse(changed.status, { of, faults: changed.faults });
		if (of === actor.id && !may(role, 'members')) redirect(303, `/${org.slug}/logs`);
		return answer({ of, done: 'Changed.' });
	},

	remove: async (event) => {
		const { org } = await membershipOf(event, 'members');
		const of = String((await event.request.formData()).get('member') ?? '');
		const actor = actorOf(event.locals);
		const removed = await members.remove(event.locals.app.sql, org.id, actor, of);
		if (!removed.ok) return refuse(removed.status, { of, faults: removed.faults });
		if (of === actor.id) redirect(303, '/');
		return answer({ done: 'Removed. They no longer have access.' });
	},

	invite: async (event) => {
		const { org } = await membershipOf(event, 'members');
		const data = await event.request.formData();
		const typed = { email: String(data.get('email') ?? ''), role: String(data.get('role') ?? '') };
		const form = forms.read(invitations.form, data);
		if (!form.ok) return refuse(400, { of: 'invite', typed, faults: form.faults });

		const { app, origin } = event.locals;
		const actor = actorOf(event.locals);
		const { sql, post } = app;
		const how = { origin, post, sent: submissions.of(data) };
		const invited = await invitations.invite(sql, org.id, actor, form.values, how);
		if (!invited.ok) {
			if (invited.status === 429) event.setHeaders({ 'retry-after': String(invited.retryAfterS) });
			return refuse(invited.status, { of: 'invite', typed, faults: invited.faults });
		}
		const { email, role, link, isMailed, expiresAt } = invited;
		return answer({ invited: { email, role, link, isMailed, expiresAt: expiresAt.toISOString() } });
	},

	revoke: async (event) => {
		const { org } = await membershipOf(event, 'members');
		const of = String((await event.request.formData()).get('invitation') ?? '');
		const actor = actorOf(event.locals);
		const revoked = await invitations.revoke(event.locals.app.sql, org.id, actor, of);
		if (!revoked.ok) return refuse(revoked.status, { of, faults: revoked.faults });
		return answer({ done: 'Revoked. The link no longer works.' });
	}
};
