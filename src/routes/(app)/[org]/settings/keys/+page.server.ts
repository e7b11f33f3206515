import { fail } from '@sveltejs/kit';
import * as forms from '$server/forms/forms';
import { newKey } from '$server/access/key-form';
import * as keys from '$server/access/keys';
import * as keyList from '$server/access/key-list';
import * as submissions from '$server/access/submissions';
import { actorOf } from '../../../../actor';
import { wantedOf } from '../../../wanted';
import { membershipOf } from '../../membership';
import type { Actions, PageServerLoad } from './$types';
import { commands } from '../../commands';
import { shippers } from '../../shippers';
import { socketShippers } from '../../socket-shippers';
import { listenersOf, openListenersOf } from './listeners';
import { present } from './present';

export const load: PageServerLoad = async (event) => {
	const { org } = await membershipOf(event, 'keys');
	const wanted = wantedOf(event.url);
	const { items, ...place } = await keyList.of(event.locals.app.sql, org.id, wanted);
	const listeners = listenersOf(event.locals.app.sockets.reports(), org);
	return { q: wanted.q, sent: submissions.token(), keys: items.map(present), place, listeners };
};

export const actions: Actions = {
	/** Creates a key and shows it in the answer, only once. */
	async make(event) {
		const { org } = await membershipOf(event, 'keys');
		const { locals, request } = event;
		const data = await request.formData();
		const typed = {
			name: textOf(data.get('name')),
			scopes: data.getAll('scopes').map(textOf),
			expires: textOf(data.get('expires'))
		};
		const read = forms.read(newKey, typed);
		if (!read.ok) return fail(400, { typed, faults: read.faults });
		const { name, scopes, expires: expiresAt } = read.values;
		const wanted = { name, scopes, expiresAt };
		const made = await keys.make(locals.app.sql, org.id, actorOf(locals), wanted, submissions.of(data));
		if (!made.ok) return fail(made.status, { typed, fault: made.faults.form });
		const { id, key } = made;
		const listeners = openListenersOf(locals.app.sockets.reports(), org);
		const setups = scopes.includes('write')
			? [...shippers(locals.origin, key), ...socketShippers(locals.origin, listeners)]
			: [];
		return { made: { id, name, key, commands: commands(locals.origin, scopes, key), shippers: setups } };
	},

	async revoke(event) {
		const { org } = await membershipOf(event, 'keys');
		const id = textOf((await event.request.formData()).get('id'));
		const revoked = await keys.revoke(event.locals.app.sql, org.id, actorOf(event.locals), id);
		if (!revoked.ok) return fail(revoked.status, { fault: revoked.faults.form });
		return { done: 'Key revoked. Its open streams are closed.' };
	}
};

const textOf = (value: FormDataEntryValue | null) => (typeof value === 'string' ? value : '');
