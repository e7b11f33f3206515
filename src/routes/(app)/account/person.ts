import type { Person } from '$server/accounts/audit/audit';
import { actorOf, signInFirst } from '../../actor';

/** Who is signed in, as the one who changes their own account; strangers are led to sign in. */
export function personOf({ locals, url }: { locals: App.Locals; url: URL }): Person {
	return locals.user ? actorOf(locals) : signInFirst(url);
}
