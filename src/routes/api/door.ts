import type { Claim } from '$server/access/authorize';
import type { Refused } from '$server/http/problem';
import type { Scope } from '$server/postgres/words';

/** How a request comes in: who asks for what, and how it is refused. */
export interface Door {
	claim: Claim;
	scope: Scope;
	/** As what a key's last use remembers it; the path of the URL may hold the key itself. */
	path: string;
	refuse(refused: Refused): Response;
}
