import type { From } from './lib/server/audit/audit.ts';
import type { Membership } from './lib/server/access/memberships.ts';
import type { SessionUser } from './lib/server/people/sessions.ts';
import type { Outage } from './lib/log/outage.ts';
import type { Tailrace } from './tailrace.ts';

declare global {
	namespace App {
		interface Error {
			message: string;
			/** The outage that caused it, and ends with it. */
			outage?: Outage;
			/** Whether a form failed, which its sender may want to send again. */
			isForm?: boolean;
		}
		interface Locals {
			app: Tailrace;
			/** The signed-in user, by the session cookie. */
			user: SessionUser | null;
			/** The outage that broke this request, if any. */
			outage: Outage | null;
			/** The session's id in the database (a hash). */
			sessionId: string | null;
			/** The user's in the organization of the page, once looked up. */
			membership?: Promise<Membership | null>;
			/** Where the request comes from, for the audit and the limits. */
			from: From;
			/** Whether the browser uses https with us or with a trusted proxy. */
			isSecure: boolean;
			/** This server's public origin: ORIGIN, or the one the request used. */
			origin: string;
		}
	}
}

export {};
