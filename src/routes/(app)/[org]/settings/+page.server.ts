import { fail, redirect } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import * as deployRetention from '$server/organizations/deploy-retention';
import * as ownership from '$server/organizations/ownership';
import * as settings from '$server/organizations/settings';
import * as textReading from '$server/organizations/text-reading';
import { may } from '$server/access/roles';
import * as deletion from '$server/organizations/deletion';
import { actorOf } from '../../../actor';
import { membershipOf } from '../membership';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { org, role } = await membershipOf(event, 'settings');
	const { app, origin } = event.locals;
	return {
		retentionDays: org.retentionDays,
		ofDeploys: await deployRetention.get(app.sql, org.id),
		readsText: await textReading.get(app.sql, org.id),
		heirs: may(role, 'owners') ? await ownership.heirs(app.sql, org.id) : [],
		origin,
		moved: event.url.searchParams.has('moved')
	};
};

/** The result of one of the page's forms. */
interface Answer {
	form: 'name' | 'address' | 'retention' | 'deploys' | 'text' | 'ownership' | 'deletion';
	typed?: Record<string, string>;
	faults?: forms.Faults;
	done?: string;
}

const refuse = (status: number, answer: Answer) => fail(status, answer);
const done = (form: Answer['form'], done: string): Answer => ({ form, done });

export const actions: Actions = {
	name: async (event) => {
		const { org } = await membershipOf(event, 'settings');
		const data = await event.request.formData();
		const typed = { name: String(data.get('name') ?? '') };
		const form = forms.read(settings.name, data);
		if (!form.ok) return refuse(400, { form: 'name', typed, faults: form.faults });

		const { locals } = event;
		const changed = await settings.rename(locals.app.sql, org.id, actorOf(locals), form.values.name);
		if (!changed.ok) return refuse(changed.status, { form: 'name', typed, faults: changed.faults });
		return done('name', 'Saved.');
	},

	address: async (event) => {
		const { org } = await membershipOf(event, 'settings');
		const data = await event.request.formData();
		const typed = { slug: String(data.get('slug') ?? '') };
		if (typed.slug === org.slug) return done('address', 'Saved.'); // even one that could not be chosen now
		const form = forms.read(settings.address, data);
		if (!form.ok) return refuse(400, { form: 'address', typed, faults: form.faults });

		const { locals } = event;
		const { slug } = form.values;
		const changed = await settings.move(locals.app.sql, org.id, actorOf(locals), slug);
		if (!changed.ok) return refuse(changed.status, { form: 'address', typed, faults: changed.faults });
		redirect(303, `/${slug}/settings?moved`);
	},

	retention: async (event) => {
		const { org } = await membershipOf(event, 'settings');
		const data = await event.request.formData();
		const typed = { days: String(data.get('days') ?? '') };
		const form = forms.read(settings.retention, data);
		if (!form.ok) return refuse(400, { form: 'retention', typed, faults: form.faults });

		const { locals } = event;
		const { days } = form.values;
		const changed = await settings.keepFor(locals.app.sql, org.id, actorOf(locals), days);
		if (!changed.ok) return refuse(changed.status, { form: 'retention', typed, faults: changed.faults });
		if (locals.app.disk.isFull) locals.app.makeRoom();
		if (days >= changed.before) return done('retention', 'Saved.');
		const older = days === 1 ? 'a day' : `${days} days`;
		return done('retention', `Saved. Lines older than ${older} are deleted within the hour.`);
	},

	deploys: async (event) => {
		const { org } = await membershipOf(event, 'settings');
		const data = await event.request.formData();
		const typed = Object.fromEntries(
			Object.keys(deployRetention.form.entries).map((name) => [name, String(data.get(name) ?? '')])
		);
		const form = forms.read(deployRetention.form, data);
		if (!form.ok) return refuse(400, { form: 'deploys', typed, faults: form.faults });

		const { locals } = event;
		const to = { days: form.values.deployDays, kept: form.values.deploysKept };
		const changed = await deployRetention.set(locals.app.sql, org.id, actorOf(locals), to);
		if (!changed.ok) return refuse(changed.status, { form: 'deploys', typed, faults: changed.faults });
		const isLess = to.days < changed.before.days || to.kept < changed.before.kept;
		return done('deploys', isLess ? 'Saved. Older deploys are deleted within the hour.' : 'Saved.');
	},

	text: async (event) => {
		const { org } = await membershipOf(event, 'settings');
		const form = forms.read(textReading.form, await event.request.formData());
		if (!form.ok) return refuse(400, { form: 'text', faults: form.faults });

		const { locals } = event;
		const readsText = form.values.readsText === 'on';
		const changed = await textReading.set(locals.app.sql, org.id, actorOf(locals), readsText);
		if (!changed.ok) return refuse(changed.status, { form: 'text', faults: changed.faults });
		return done('text', 'Saved. New lines are read so within five seconds.');
	},

	transfer: async (event) => {
		const { org } = await membershipOf(event, 'owners');
		const data = await event.request.formData();
		const typed = { email: String(data.get('email') ?? '') };
		const form = forms.read(ownership.form, data);
		if (!form.ok) return refuse(400, { form: 'ownership', typed, faults: form.faults });

		const { locals } = event;
		const { email } = form.values;
		const transferred = await ownership.transfer(locals.app.sql, org.id, actorOf(locals), email);
		if (!transferred.ok)
			return refuse(transferred.status, { form: 'ownership', typed, faults: transferred.faults });
		return done('ownership', `${transferred.to.name || email} is the owner now, and you are an admin.`);
	},

	delete: async (event) => {
		const { org } = await membershipOf(event, 'delete');
		const { locals } = event;
		const organization = String((await event.request.formData()).get('organization') ?? '');
		const deleted = await deletion.remove(locals.app.sql, org.id, actorOf(locals), organization);
		if (!deleted.ok)
			return refuse(deleted.status, { form: 'deletion', typed: { organization }, faults: deleted.faults });
		locals.app.removeLeftovers();
		redirect(303, '/');
	}
};
