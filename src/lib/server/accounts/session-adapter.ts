import type { Adapter, DatabaseSession, DatabaseUser } from 'lucia';
import { digest } from './digest.ts';
import type { Queryable } from './queryable.ts';
import type { User } from './users.ts';

type Row = Omit<User, 'id'> & { userId: string; expiresAt: Date };

/**
 * Where Lucia keeps sessions: of a session's id only the digest is stored, so that who reads the database
 * (a backup, a replica) cannot sign in with what stands there.
 */
export function sessionAdapter(sql: Queryable): Adapter {
	async function getSessionAndUser(id: string): Promise<[DatabaseSession | null, DatabaseUser | null]> {
		const [row] = await sql<Row[]>`
			SELECT s.user_id AS "userId", s.expires_at AS "expiresAt", u.email, u.name, u.instance_admin AS "instanceAdmin"
			FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ${digest(id)}`;
		if (!row) return [null, null];
		const { userId, expiresAt, ...attributes } = row;
		return [
			{ id, userId, expiresAt, attributes: {} },
			{ id: userId, attributes }
		];
	}

	async function setSession({ id, userId, expiresAt }: DatabaseSession): Promise<void> {
		await sql`INSERT INTO sessions (id, user_id, expires_at) VALUES (${digest(id)}, ${userId}, ${expiresAt})`;
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

	/** Never called by us; the ids cannot be told any more, so they come as their digests. */
	async function getUserSessions(userId: string): Promise<DatabaseSession[]> {
		const rows = await sql<{ id: string; expiresAt: Date }[]>`
			SELECT id, expires_at AS "expiresAt" FROM sessions WHERE user_id = ${userId}`;
		return rows.map((row) => ({ ...row, userId, attributes: {} }));
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
