import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { EmailTokenPurpose } from '../postgres/words.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';

/** What a mailed link stands for. */
export interface Mailed {
	/** Null for someone without an account. */
	userId: string | null;
	/** The address it was mailed to. */
	email: string;
	data: Record<string, string>;
}

export interface NewToken extends Mailed {
	purpose: EmailTokenPurpose;
	lifeMs: number;
}

/** 32 random bytes: anything that cannot be a token costs no query. */
const form = /^[\w-]{43}$/;

/** What a mailed link opens: a row of `email_tokens` or of `invitations`. */
export interface Link {
	of: 'account' | 'invitation';
	id: string;
}

/** Placeholder in a mail's text for the token of its link. */
export const tokenPlace = '{token}';

/**
 * Creates a link to be mailed, replacing the previous one for the same purpose and person. It has no token yet: `mint` makes
 * one when the mail goes out.
 */
export async function create(
	transaction: Queryable,
	{ purpose, userId, email, data, lifeMs }: NewToken
): Promise<Link> {
	await transaction`
		DELETE FROM email_tokens
		WHERE purpose = ${purpose} AND (user_id = ${userId} OR (user_id IS NULL AND email = ${email}))`;
	const id = uuid();
	await transaction`
		INSERT INTO email_tokens (id, purpose, user_id, email, data, expires_at)
		VALUES (${id}, ${purpose}, ${userId}, ${email}, ${transaction.json(data)},
			now() + ${lifeMs} * interval '1 millisecond')`;
	return { of: 'account', id };
}

/** Gives a link a new token, whose digest the database keeps, and ends the one before; null if the link is no longer valid. */
export async function mint(sql: Queryable, { of, id }: Link): Promise<string | null> {
	const token = randomBytes(32).toString('base64url');
	const hash = digest(token);
	const minted =
		of === 'account'
			? await sql`UPDATE email_tokens SET hash = ${hash} WHERE id = ${id} AND expires_at > now()`
			: await sql`UPDATE invitations SET mail_hash = ${hash} WHERE id = ${id} AND expires_at > now()`;
	return minted.count === 1 ? token : null;
}

/** What a token stands for, while it is valid for a purpose; null otherwise. */
export async function find(
	sql: Queryable,
	purpose: EmailTokenPurpose,
	token: string
): Promise<Mailed | null> {
	if (!form.test(token)) return null;
	const [found] = await sql<Mailed[]>`
		SELECT user_id AS "userId", email, data FROM email_tokens
		WHERE hash = ${digest(token)} AND purpose = ${purpose} AND expires_at > now()`;
	return found ?? null;
}

/** As `find`, and uses it up: only one of several concurrent uses gets it, unless its transaction fails. */
export async function use(
	transaction: Queryable,
	purpose: EmailTokenPurpose,
	token: string
): Promise<Mailed | null> {
	if (!form.test(token)) return null;
	const [used] = await transaction<Mailed[]>`
		DELETE FROM email_tokens WHERE hash = ${digest(token)} AND purpose = ${purpose} AND expires_at > now()
		RETURNING user_id AS "userId", email, data`;
	return used ?? null;
}

/** Ends every link mailed to a user. */
export async function endAll(transaction: Queryable, userId: string): Promise<void> {
	await transaction`DELETE FROM email_tokens WHERE user_id = ${userId}`;
}

/** Deletes expired ones, at most 10,000 at a time; returns how many. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM email_tokens WHERE id IN (
			SELECT id FROM email_tokens WHERE expires_at <= now() LIMIT 10000 FOR UPDATE SKIP LOCKED)`;
	return forgotten.count;
}
