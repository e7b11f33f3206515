import { Lucia, TimeSpan } from 'lucia';
import type { From } from '../audit/audit.ts';
import * as cookies from './cookies.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';
import { sessionAdapter, type SessionAttributes } from './session-adapter.ts';
import type { User } from './users.ts';

export type SessionUser = User;

export interface Session {
	/** As in the database: a digest, not a secret. */
	id: string;
	expiresAt: Date;
	/** Whether it was just prolonged, so that the cookie must be set again. */
	fresh: boolean;
}

/** For a user's list of their own sessions. */
export interface ListedSession extends From {
	id: string;
	createdAt: Date;
	lastUsedAt: Date;
}

/** A session that lives, and whose it is. */
interface Validated {
	session: Session;
	user: SessionUser;
}

export interface NewSession {
	token: string;
	expiresAt: Date;
}

type Attributes = Omit<User, 'id'>;

declare module 'lucia' {
	interface Register {
		Lucia: Lucia<{ unusedMs: number }, Attributes>;
		DatabaseUserAttributes: Attributes;
		DatabaseSessionAttributes: SessionAttributes;
	}
}

/** 25 random bytes as Lucia 3 writes them (dist/crypto.js): anything that cannot be a token costs no query. */
const token = /^[a-z2-7]{40}$/;

/** A SHA-256 in hex: anything that cannot be an id costs no query. */
const idForm = /^[\da-f]{64}$/;

/** The least time between two writes of the last use, in ms. */
const noteEveryMs = 60_000;

/** How many characters of a `User-Agent` are kept: browsers send under 300. */
const longestUserAgent = 500;

/** Sessions by Lucia, which only this file knows: it is no longer developed, so it must stay easy to replace. */
function luciaOn(sql: Queryable) {
	return new Lucia(sessionAdapter(sql), {
		sessionExpiresIn: new TimeSpan(30, 'd'),
		getUserAttributes: (attributes) => attributes,
		getSessionAttributes: ({ unusedMs }) => ({ unusedMs })
	});
}

/** Begins a session of 30 days. The token is for the cookie alone: it cannot be recovered. */
export async function create(sql: Queryable, userId: string, from: From): Promise<NewSession> {
	const attributes = { ...cut(from), unusedMs: 0 };
	const { id, expiresAt } = await luciaOn(sql).createSession(userId, attributes);
	await sql`UPDATE users SET last_seen_at = now() WHERE id = ${userId}`;
	return { token: id, expiresAt };
}

/** Whose session it is, or null. Past half of its 30 days it is prolonged to 30 days from now. */
export async function validate(sql: Queryable, id: string, from: From): Promise<Validated | null> {
	if (!token.test(id)) return null;
	const { session, user } = await luciaOn(sql).validateSession(id);
	if (!session) return null;
	if (session.unusedMs > noteEveryMs) await noteUse(sql, digest(id), user.id, cut(from));
	return { session: { id: digest(id), expiresAt: session.expiresAt, fresh: session.fresh }, user };
}

async function noteUse(
	sql: Queryable,
	id: string,
	userId: string,
	{ address, userAgent }: From
): Promise<void> {
	await sql`
		WITH used AS (
			UPDATE sessions SET last_used_at = now(), address = ${address}, user_agent = ${userAgent} WHERE id = ${id})
		UPDATE users SET last_seen_at = now() WHERE id = ${userId}`;
}

/** As `validate`, for the cookie, which is renewed or removed with its session. */
export async function ofRequest(
	sql: Queryable,
	jar: cookies.Jar,
	secure: boolean,
	from: From
): Promise<Validated | null> {
	const id = cookies.session(jar);
	if (id === null) return null;
	const found = await validate(sql, id, from);
	if (!found) cookies.removeSession(jar, secure);
	if (found?.session.fresh) cookies.setSession(jar, { token: id, ...found.session }, secure);
	return found;
}

/** A user's unexpired sessions, last used first. */
export async function list(sql: Queryable, userId: string): Promise<ListedSession[]> {
	return sql<ListedSession[]>`
		SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", address, user_agent AS "userAgent"
		FROM sessions WHERE user_id = ${userId} AND expires_at > now() ORDER BY last_used_at DESC, id`;
}

/** Ends one of a user's sessions by its id; returns whether there was one. */
export async function endById(sql: Queryable, userId: string, id: string): Promise<boolean> {
	if (!idForm.test(id)) return false;
	return (await sql`DELETE FROM sessions WHERE user_id = ${userId} AND id = ${id}`).count === 1;
}

/** Ends all sessions of a user except the one with this id; returns how many. */
export async function endAll(
	sql: Queryable,
	userId: string,
	exceptId: string | null = null
): Promise<number> {
	const ended = await sql`
		DELETE FROM sessions WHERE user_id = ${userId} AND id IS DISTINCT FROM ${exceptId}`;
	return ended.count;
}

/** Deletes expired sessions. */
export async function forgetOld(sql: Queryable): Promise<void> {
	await luciaOn(sql).deleteExpiredSessions();
}

/** Ends a session and says whose it was; null if there was none. The database then wakes the streams opened with it. */
export async function end(sql: Queryable, id: string): Promise<{ id: string; email: string } | null> {
	const [owner] = await sql<{ id: string; email: string }[]>`
		DELETE FROM sessions s USING users u
		WHERE s.id = ${digest(id)} AND s.expires_at > now() AND u.id = s.user_id RETURNING u.id, u.email`;
	return owner ?? null;
}

function cut({ address, userAgent }: From): From {
	return { address, userAgent: userAgent?.slice(0, longestUserAgent) ?? null };
}
