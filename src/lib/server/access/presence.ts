import type { Person } from '../audit/audit.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';

/**
 * Whether someone whose request has begun may still act: the account is not suspended, and the request's session, if any, has
 * neither ended nor expired. A form can take a minute to arrive, in which that changes.
 */
export async function lasts(transaction: Queryable, { id, sessionId = null }: Person): Promise<boolean> {
	const [row] = await transaction<{ lasts: boolean }[]>`
		SELECT EXISTS (
			SELECT FROM users u WHERE u.id = ${id} AND u.suspended_at IS NULL AND (${sessionId}::text IS NULL OR EXISTS (
				SELECT FROM sessions s WHERE s.id = ${sessionId} AND s.user_id = u.id AND s.expires_at > now()))
		) AS lasts`;
	return row?.lasts === true;
}

/** For someone signed out, perhaps elsewhere, or suspended, which also signs out. */
export const signedOut = {
	ok: false,
	status: 401,
	faults: { form: 'You were signed out meanwhile. Sign in again.' }
} as const satisfies Refused;
