import type { Person } from '$server/audit/audit';
import { actorOf, signInFirst } from '../../actor';

/** The signed-in person, changing their own account; others are led to sign in. */
export function personOf({ locals, url }: { locals: App.Locals; url: URL }): Person {
	return locals.user ? actorOf(locals) : signInFirst(url);
}
