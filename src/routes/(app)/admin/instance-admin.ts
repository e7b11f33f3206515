import { error } from '@sveltejs/kit';
import type { Person } from '$server/accounts/audit/audit';
import { actorOf } from '../../actor';

/** The instance admin who asks; for everybody else there is nothing here. Every load and action below calls it. */
export function instanceAdmin(locals: App.Locals): Person {
	if (!locals.user?.instanceAdmin) error(404, 'There is nothing here.');
	return actorOf(locals);
}
