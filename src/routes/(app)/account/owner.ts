import type { Owner } from '$server/accounts/users/profile';
import { actorOf, signInFirst } from '../../actor';

/** Who is signed in, as the one who changes their own account; strangers are led to sign in. */
export function ownerOf({ locals, url }: { locals: App.Locals; url: URL }): Owner {
	return locals.user ? actorOf(locals) : signInFirst(url);
}
