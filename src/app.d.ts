import type { Tailrace } from './hooks.server.ts';
import type { SessionUser } from './lib/server/accounts/sessions.ts';

declare global {
	namespace App {
		interface Locals {
			app: Tailrace;
			/** Who is signed in, by the session cookie. */
			user: SessionUser | null;
			/** The session's id in the database (a hash). */
			sessionId: string | null;
		}
	}
}

export {};
