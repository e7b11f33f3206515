import type { Person } from './audit/audit.ts';
import type { Queryable } from './queryable.ts';
import type { Refused } from './refusal.ts';

/**
 * Whether somebody who began to ask for something may still act: the account is not suspended, and the session that the
 * request came with, if there is one, has neither ended nor expired. A form can take a minute to arrive, in which that changes.
 */
export async function lasts(transaction: Queryable, { id, sessionId = null }: Person): Promise<boolean> {
	const [row] = await transaction<{ lasts: boolean }[]>`
		SELECT EXISTS (
			SELECT FROM users u WHERE u.id = ${id} AND u.suspended_at IS NULL AND (${sessionId}::text IS NULL OR EXISTS (
				SELECT FROM sessions s WHERE s.id = ${sessionId} AND s.user_id = u.id AND s.expires_at > now()))
		) AS lasts`;
	return row?.lasts === true;
}

/** For whom it does not last: signed out, elsewhere perhaps, or suspended, which signs out, too. */
export const signedOut = {
	ok: false,
	status: 401,
	faults: { form: 'You were signed out meanwhile. Sign in again.' }
} as const satisfies Refused;
