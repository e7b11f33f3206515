import { randomBytes } from 'node:crypto';
import type { EmailTokenPurpose } from '../../postgres/schema.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../queryable.ts';

/** What stands behind a link that was mailed. */
export interface Mailed {
	/** Null for somebody who had no account. */
	userId: string | null;
	/** Where it was mailed to. */
	email: string;
	data: Record<string, string>;
}

export interface NewToken extends Mailed {
	purpose: EmailTokenPurpose;
	lifeMs: number;
}

/** 32 random bytes: what cannot be a token costs no query. */
const form = /^[\w-]{43}$/;

/** Makes the token of a link, instead of the one made before for the same purpose and the same person. */
export async function create(
	transaction: Queryable,
	{ purpose, userId, email, data, lifeMs }: NewToken
): Promise<string> {
	await transaction`
		DELETE FROM email_tokens
		WHERE purpose = ${purpose} AND (user_id = ${userId} OR (user_id IS NULL AND email = ${email}))`;
	const token = randomBytes(32).toString('base64url');
	await transaction`
		INSERT INTO email_tokens (hash, purpose, user_id, email, data, expires_at)
		VALUES (${digest(token)}, ${purpose}, ${userId}, ${email}, ${transaction.json(data)},
			now() + ${lifeMs} * interval '1 millisecond')`;
	return token;
}

/** What a token stands for, as long as it is good for a purpose; null otherwise. */
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

/** As `find`, and uses it up: of several at the same instant one gets it, unless its transaction fails. */
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

/** Ends every link that was mailed to a user. */
export async function endAll(transaction: Queryable, userId: string): Promise<void> {
	await transaction`DELETE FROM email_tokens WHERE user_id = ${userId}`;
}

/** Deletes what has expired, at most 10,000 at a time; returns how many. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM email_tokens WHERE hash IN (
			SELECT hash FROM email_tokens WHERE expires_at <= now() LIMIT 10000 FOR UPDATE SKIP LOCKED)`;
	return forgotten.count;
}
