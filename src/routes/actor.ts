import { error, redirect } from '@sveltejs/kit';
import type { Person } from '$server/audit/audit';

/** Leads to the sign-in page, and from there back. */
export function signInFirst(url: URL): never {
	redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
}

/** The actor of a request, as the audit names them. Nobody acts without a session. */
export function actorOf({ user, sessionId, from }: App.Locals): Person {
	if (!user) error(401, 'Sign in first.');
	return { ...from, id: user.id, name: user.email, sessionId };
}
