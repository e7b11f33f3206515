import type { Adapter, DatabaseSession, DatabaseUser } from 'lucia';
import type { From } from '../audit/audit.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { User } from './users.ts';

/** What is kept of a session besides Lucia's own fields. */
export interface SessionAttributes extends From {
	/** How long ago it was last used, in ms: by PostgreSQL's clock, because servers' may differ. */
	unusedMs: number;
}

type Row = Omit<User, 'id'> & { userId: string; expiresAt: Date; unusedMs: number };

/**
 * Where Lucia keeps sessions: only the digest of a session's id is stored, so that reading the database (a backup, a replica)
 * is not enough to sign in.
 */
export function sessionAdapter(sql: Queryable): Adapter {
	async function getSessionAndUser(id: string): Promise<[DatabaseSession | null, DatabaseUser | null]> {
		const [row] = await sql<Row[]>`
			SELECT s.user_id AS "userId", s.expires_at AS "expiresAt",
				(extract(epoch FROM now() - s.last_used_at) * 1000)::float8 AS "unusedMs", u.email, u.name, u.instance_admin AS "instanceAdmin"
			FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ${digest(id)} AND u.suspended_at IS NULL`;
		if (!row) return [null, null];
		const { userId, expiresAt, unusedMs, ...attributes } = row;
		return [
			{ id, userId, expiresAt, attributes: { unusedMs, address: null, userAgent: null } },
			{ id: userId, attributes }
		];
	}

	async function setSession({ id, userId, expiresAt, attributes }: DatabaseSession): Promise<void> {
		const { address, userAgent } = attributes;
		await sql`
			INSERT INTO sessions (id, user_id, expires_at, address, user_agent, last_used_at)
			VALUES (${digest(id)}, ${userId}, ${expiresAt}, ${address}, ${userAgent}, now())`;
	}

	async function updateSessionExpiration(id: string, expiresAt: Date): Promise<void> {
		await sql`UPDATE sessions SET expires_at = ${expiresAt} WHERE id = ${digest(id)}`;
	}

	async function deleteSession(id: string): Promise<void> {
		await sql`DELETE FROM sessions WHERE id = ${digest(id)}`;
	}

	async function deleteUserSessions(userId: string): Promise<void> {
		await sql`DELETE FROM sessions WHERE user_id = ${userId}`;
	}

	async function deleteExpiredSessions(): Promise<void> {
		await sql`DELETE FROM sessions WHERE expires_at <= now()`;
	}

	/** We never call it; the ids are unknown by then, so their digests are returned. */
	async function getUserSessions(userId: string): Promise<DatabaseSession[]> {
		const rows = await sql<(SessionAttributes & { id: string; expiresAt: Date })[]>`
			SELECT id, expires_at AS "expiresAt", (extract(epoch FROM now() - last_used_at) * 1000)::float8 AS "unusedMs", address, user_agent AS "userAgent"
			FROM sessions WHERE user_id = ${userId}`;
		return rows.map(({ id, expiresAt, ...attributes }) => ({ id, userId, expiresAt, attributes }));
	}

	return {
		getSessionAndUser,
		getUserSessions,
		setSession,
		updateSessionExpiration,
		deleteSession,
		deleteUserSessions,
		deleteExpiredSessions
	};
}
