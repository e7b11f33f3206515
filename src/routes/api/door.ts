import type { Claim } from '$server/access/authorize';
import type { Refused } from '$server/http/problem';
import type { Unread } from '$server/ingest/body';
import type { Scope } from '$server/postgres/words';

/** How a request comes in: who asks for what, and how it is refused. */
export interface Door {
	claim: Claim;
	scope: Scope;
	/** As what a key's last use and our log remember it; the path of the URL may hold the key itself. */
	path: string;
	/** What else our log says with its failures. */
	context?: Record<string, unknown>;
	/** `unread` is the body, if there was no room for it. */
	refuse(refused: Refused, unread?: Unread): Response | Promise<Response>;
}
