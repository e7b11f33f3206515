import { error } from '@sveltejs/kit';
import type { Person } from '$server/audit/audit';
import { actorOf, signInFirst } from '../../actor';

/**
 * The instance admin who asks; for everyone else nothing exists here. Every load and action below calls it, because a layout is
 * not loaded with each of them: anyone signed out meanwhile is led to sign in.
 */
export function instanceAdmin({ locals, url }: { locals: App.Locals; url: URL }): Person {
	if (!locals.user) signInFirst(url);
	if (!locals.user.instanceAdmin) error(404, 'Page not found.');
	return actorOf(locals);
}
