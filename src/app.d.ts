import type { From } from './lib/server/accounts/audit/audit.ts';
import type { Membership } from './lib/server/accounts/organizations/organizations.ts';
import type { SessionUser } from './lib/server/accounts/sessions/sessions.ts';
import type { Outage } from './lib/log/outage.ts';
import type { Tailrace } from './tailrace.ts';

declare global {
	namespace App {
		interface Error {
			message: string;
			/** That it is due to this, and passes with it. */
			outage?: Outage;
			/** Whether what has failed was a form, which its sender may want to send again. */
			isForm?: boolean;
		}
		interface Locals {
			app: Tailrace;
			/** Who is signed in, by the session cookie. */
			user: SessionUser | null;
			/** What has broken this request, if it was that. */
			outage: Outage | null;
			/** The session's id in the database (a hash). */
			sessionId: string | null;
			/** Of the user in the organization that the page is below, once it was asked for. */
			membership?: Promise<Membership | null>;
			/** Where the request comes from, for the audit and the limits. */
			from: From;
			/** Whether the browser speaks https with us or with a proxy that we trust. */
			isSecure: boolean;
			/** What browsers call this server: ORIGIN, or what this request came to. */
			origin: string;
		}
	}
}

export {};
