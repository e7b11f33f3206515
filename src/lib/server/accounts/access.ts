import type { Queryable } from './queryable.ts';

/** By what somebody reaches an organization; the same object for one stream from its start to its end. */
export type Credential =
	| { kind: 'key'; keyId: string; expiresAt?: Date | null }
	| { kind: 'session'; sessionId: string; userId: string };

/** Calls `wake` whenever who may reach an organization may have changed; the function returned ends that. */
export type Subscribe = (topic: string, wake: () => void) => () => void;

/** Why it gives no access any more. */
export interface Loss {
	/** The words of API.md's `end` event. */
	reason: 'signed out' | 'access removed';
	/** A sentence to show. */
	detail: string;
}

const deleted: Loss = { reason: 'access removed', detail: 'The organization was deleted.' };
const suspended: Loss = { reason: 'access removed', detail: 'The organization is suspended.' };
const keyRevoked: Loss = { reason: 'access removed', detail: 'The API key was revoked.' };
const keyExpired: Loss = { reason: 'access removed', detail: 'The API key has expired.' };
const sessionEnded: Loss = { reason: 'signed out', detail: 'You signed out, or this session was ended.' };
const userSuspended: Loss = { reason: 'signed out', detail: 'Your account is suspended.' };
const notMember: Loss = {
	reason: 'access removed',
	detail: 'You are no member of the organization any more.'
};

/** When a credential ends by itself, if that is known before, and what is said then. */
export function expiryOf(credential: Credential): { at: Date; why: Loss } | null {
	if (credential.kind !== 'key' || !credential.expiresAt) return null;
	return { at: credential.expiresAt, why: keyExpired };
}

/**
 * Which of the credentials give access to an organization no more, and why. One query for all sessions and one for
 * all keys, however many streams are open.
 */
export async function findRevoked(
	sql: Queryable,
	org: string,
	credentials: readonly Credential[]
): Promise<Map<Credential, Loss>> {
	const [organization, sessions, keys] = await Promise.all([
		lossOfOrganization(sql, org),
		lossesOfSessions(sql, org, credentials),
		lossesOfKeys(sql, org, credentials)
	]);
	const revoked = new Map<Credential, Loss>();
	for (const credential of credentials) {
		const own =
			credential.kind === 'key' ? keys(credential.keyId) : sessions(credential.sessionId, credential.userId);
		const loss = own?.reason === 'signed out' ? own : (organization ?? own);
		if (loss) revoked.set(credential, loss);
	}
	return revoked;
}

async function lossOfOrganization(sql: Queryable, org: string): Promise<Loss | null> {
	const [found] = await sql<{ isSuspended: boolean }[]>`
		SELECT suspended_at IS NOT NULL AS "isSuspended" FROM organizations WHERE id = ${org}`;
	if (!found) return deleted;
	return found.isSuspended ? suspended : null;
}

/** What became of a session, by its id and its user's. */
async function lossesOfSessions(sql: Queryable, org: string, credentials: readonly Credential[]) {
	const asked = credentials.filter((credential) => credential.kind === 'session');
	const sessionIds = asked.map(({ sessionId }) => sessionId);
	const userIds = asked.map(({ userId }) => userId);
	const [living, users] =
		asked.length === 0
			? [[], []]
			: await Promise.all([
					sql<{ id: string }[]>`
						SELECT id FROM sessions WHERE id = ANY (${sessionIds}::text[]) AND expires_at > now()`,
					sql<{ id: string; isMember: boolean; isSuspended: boolean }[]>`
						SELECT u.id, m.user_id IS NOT NULL AS "isMember", u.suspended_at IS NOT NULL AS "isSuspended"
						FROM users u LEFT JOIN memberships m ON m.user_id = u.id AND m.org_id = ${org}
						WHERE u.id = ANY (${userIds}::uuid[])`
				]);
	const alive = new Set(living.map(({ id }) => id));
	const people = new Map(users.map((user) => [user.id, user]));

	return (sessionId: string, userId: string): Loss | null => {
		const user = people.get(userId);
		if (user?.isSuspended) return userSuspended;
		if (!user || !alive.has(sessionId)) return sessionEnded;
		return user.isMember ? null : notMember;
	};
}

async function lossesOfKeys(sql: Queryable, org: string, credentials: readonly Credential[]) {
	const ids = credentials.flatMap((credential) => (credential.kind === 'key' ? [credential.keyId] : []));
	const rows =
		ids.length === 0
			? []
			: await sql<{ id: string; isExpired: boolean }[]>`
				SELECT id, coalesce(expires_at <= now(), false) AS "isExpired"
				FROM api_keys WHERE id = ANY (${ids}::uuid[]) AND org_id = ${org}`;
	const keys = new Map(rows.map(({ id, isExpired }) => [id, isExpired]));

	return (id: string): Loss | null => {
		const isExpired = keys.get(id);
		if (isExpired === undefined) return keyRevoked;
		return isExpired ? keyExpired : null;
	};
}
