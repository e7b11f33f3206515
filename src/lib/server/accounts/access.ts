import type { Queryable } from './queryable.ts';

/** By what somebody reaches an organization; the same object for one stream from its start to its end. */
export type Credential =
	{ kind: 'key'; keyId: string } | { kind: 'session'; sessionId: string; userId: string };

/** Why it gives no access any more; the words of API.md's `end` event. */
export type Loss = 'signed out' | 'access removed';

/**
 * Which of the credentials give access to an organization no more, and why. One query for all sessions and one for
 * all keys, however many streams are open.
 */
export async function findRevoked(
	sql: Queryable,
	org: string,
	credentials: readonly Credential[]
): Promise<Map<Credential, Loss>> {
	const [members, keys] = await Promise.all([
		sessionsThatLive(sql, org, credentials),
		keysThatLive(sql, org, credentials)
	]);
	const revoked = new Map<Credential, Loss>();
	for (const credential of credentials) {
		const loss =
			credential.kind === 'key'
				? keyLoss(keys, credential.keyId)
				: sessionLoss(members, credential.sessionId);
		if (loss) revoked.set(credential, loss);
	}
	return revoked;
}

function keyLoss(living: Set<string>, id: string): Loss | null {
	return living.has(id) ? null : 'access removed';
}

function sessionLoss(members: Map<string, boolean>, id: string): Loss | null {
	const isMember = members.get(id);
	if (isMember === undefined) return 'signed out';
	return isMember ? null : 'access removed';
}

/** Of the sessions that have not ended: whether their user is still a member. */
async function sessionsThatLive(
	sql: Queryable,
	org: string,
	credentials: readonly Credential[]
): Promise<Map<string, boolean>> {
	const ids = credentials.flatMap((credential) =>
		credential.kind === 'session' ? [credential.sessionId] : []
	);
	if (ids.length === 0) return new Map();
	const rows = await sql<{ id: string; isMember: boolean }[]>`
		SELECT s.id, m.user_id IS NOT NULL AS "isMember"
		FROM sessions s LEFT JOIN memberships m ON m.user_id = s.user_id AND m.org_id = ${org}
		WHERE s.id = ANY (${ids}::text[]) AND s.expires_at > now()`;
	return new Map(rows.map(({ id, isMember }) => [id, isMember]));
}

async function keysThatLive(
	sql: Queryable,
	org: string,
	credentials: readonly Credential[]
): Promise<Set<string>> {
	const ids = credentials.flatMap((credential) => (credential.kind === 'key' ? [credential.keyId] : []));
	if (ids.length === 0) return new Set();
	const rows = await sql<{ id: string }[]>`
		SELECT id FROM api_keys WHERE id = ANY (${ids}::uuid[]) AND org_id = ${org}`;
	return new Set(rows.map(({ id }) => id));
}
