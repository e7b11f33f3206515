import type { Queryable } from '../postgres/queryable.ts';

/** What grants access to an organization; the same object for one stream from its start to its end. */
export type Credential =
	| { kind: 'key'; keyId: string; expiresAt?: Date | null }
	| { kind: 'session'; sessionId: string; userId: string };

/** Calls `wake` whenever access to an organization may have changed; the returned function unsubscribes. */
export type Subscribe = (topic: string, wake: () => void) => () => void;

/** Why a credential no longer gives access. */
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
	detail: "You're no longer a member of this organization."
};

/** When a credential expires, if that is known in advance, and why access ends then. */
export function expiryOf(credential: Credential): { at: Date; why: Loss } | null {
	if (credential.kind !== 'key' || !credential.expiresAt) return null;
	return { at: credential.expiresAt, why: keyExpired };
}

/** The facts that one credential depends on, at one instant. */
interface Standing {
	isDeleted: boolean;
	isSuspended: boolean;
	hasKey: boolean;
	isKeyExpired: boolean;
	hasSession: boolean;
	isUserSuspended: boolean;
	isMember: boolean;
}

/**
 * Which credentials no longer give access to an organization, and why. One query, however many streams are open: it sees all of
 * a change or none of it, so the reason given is the change that removed the access.
 */
export async function findRevoked(
	sql: Queryable,
	org: string,
	credentials: Iterable<Credential>
): Promise<Map<Credential, Loss>> {
	const revoked = await findAllRevoked(sql, new Map([[org, credentials]]));
	return revoked.get(org) ?? new Map<Credential, Loss>();
}

/** The same for several organizations at once, each with the credentials that should give access to it: also one query. */
export async function findAllRevoked(
	sql: Queryable,
	asked: ReadonlyMap<string, Iterable<Credential>>
): Promise<Map<string, Map<Credential, Loss>>> {
	const rows = [...asked].flatMap(([org, credentials]) =>
		Array.from(credentials, (credential) => ({ org, credential }))
	);
	const standings = await standingsOf(sql, rows);
	const revoked = new Map<string, Map<Credential, Loss>>();
	for (const [index, { org, credential }] of rows.entries()) {
		const standing = standings[index];
		const loss = standing && lossOf(credential, standing);
		if (loss) revoked.set(org, (revoked.get(org) ?? new Map<Credential, Loss>()).set(credential, loss));
	}
	return revoked;
}

/** In the order asked for. */
function standingsOf(sql: Queryable, asked: readonly { org: string; credential: Credential }[]) {
	const orgs = asked.map(({ org }) => org);
	const keyIds = asked.map(({ credential }) => (credential.kind === 'key' ? credential.keyId : null));
	const sessions = asked.map(({ credential }) => (credential.kind === 'session' ? credential : null));
	const sessionIds = sessions.map((session) => session?.sessionId ?? null);
	const userIds = sessions.map((session) => session?.userId ?? null);
	return sql<Standing[]>`
		SELECT o.id IS NULL AS "isDeleted", o.suspended_at IS NOT NULL AS "isSuspended",
			k.id IS NOT NULL AS "hasKey", coalesce(k.expires_at <= now(), false) AS "isKeyExpired",
			s.id IS NOT NULL AS "hasSession", u.suspended_at IS NOT NULL AS "isUserSuspended",
			m.user_id IS NOT NULL AS "isMember"
		FROM unnest(${orgs}::uuid[], ${keyIds}::uuid[], ${sessionIds}::text[], ${userIds}::uuid[])
			WITH ORDINALITY AS c (org_id, key_id, session_id, user_id, position)
		LEFT JOIN organizations o ON o.id = c.org_id
		LEFT JOIN api_keys k ON k.id = c.key_id AND k.org_id = c.org_id
		LEFT JOIN sessions s ON s.id = c.session_id AND s.user_id = c.user_id AND s.expires_at > now()
		LEFT JOIN users u ON u.id = c.user_id
		LEFT JOIN memberships m ON m.user_id = c.user_id AND m.org_id = c.org_id
		ORDER BY c.position`;
}

/** What concerns the person comes first, then what concerns the whole organization. */
function lossOf(credential: Credential, standing: Standing): Loss | null {
	if (credential.kind === 'session' && standing.isUserSuspended) return userSuspended;
	if (credential.kind === 'session' && !standing.hasSession) return sessionEnded;
	if (standing.isDeleted) return deleted;
	if (standing.isSuspended) return suspended;
	if (credential.kind === 'session') return standing.isMember ? null : notMember;
	if (!standing.hasKey) return keyRevoked;
	return standing.isKeyExpired ? keyExpired : null;
}
