import { createHmac, randomBytes } from 'node:crypto';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';

/** The token of a form that was sent; null if it has none. */
export type Sent = string | null;

/** The result, what the form created a secret from, and whether it had been sent before. */
export interface Once<Result> {
	result: Result;
	/** 32 bytes in base64url: the same for a repeat. */
	secret: string;
	isRepeat: boolean;
}

/** Characters; ours have 22. */
const longest = 64;

/** A token for a form of a page that is being shown: each time another one. */
export const token = (): string => randomBytes(16).toString('base64url');

/** The token in a form. */
export function of(data: FormData): Sent {
	const sent = data.get('sent');
	return typeof sent === 'string' && sent !== '' && sent.length <= longest ? sent : null;
}

/**
 * Runs `run` once for a form that may be sent twice within a day: by a double click, or by a balancer that lost the answer. The
 * repeat, on whichever server, waits for the first and gets its result. The token alone does not decide: what is `wanted`, which
 * begins with what the form is and names who sent it, must be the same too. What is refused may be sent again.
 *
 * Nobody can tell the secret from the database, which keeps a seed: it takes the token as well, which only the page has.
 */
export async function once<Result extends { ok: boolean }>(
	transaction: Queryable,
	sent: Sent,
	wanted: readonly unknown[],
	run: (secret: string) => Promise<Result>
): Promise<Once<Result>> {
	const seed = randomBytes(32).toString('base64url');
	if (sent === null) return { result: await run(seed), secret: seed, isRepeat: false };
	const hash = digest(JSON.stringify([sent, ...wanted]));
	const inserted = await transaction`
		INSERT INTO form_submissions (hash, seed) VALUES (${hash}, ${seed}) ON CONFLICT (hash) DO NOTHING`;
	if (inserted.count === 0) return repeated(transaction, hash, sent);
	const secret = secretOf(seed, sent);
	const result = await run(secret);
	if (result.ok) {
		const kept = JSON.stringify(result);
		await transaction`UPDATE form_submissions SET result = ${kept}::text::jsonb WHERE hash = ${hash}`;
	} else {
		await transaction`DELETE FROM form_submissions WHERE hash = ${hash}`;
	}
	return { result, secret, isRepeat: false };
}

async function repeated<Result>(sql: Queryable, hash: string, sent: string): Promise<Once<Result>> {
	const [first] = await sql<{ seed: string; result: Result }[]>`
		SELECT seed, result FROM form_submissions WHERE hash = ${hash}`;
	if (!first) throw new Error('a form was forgotten while it was sent again');
	return { result: first.result, secret: secretOf(first.seed, sent), isRepeat: true };
}

const secretOf = (seed: string, sent: string) => createHmac('sha256', seed).update(sent).digest('base64url');

/** Deletes those sent more than a day ago, at most 10,000 at a time; returns how many. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM form_submissions WHERE hash IN (
			SELECT hash FROM form_submissions WHERE created_at < now() - interval '1 day' LIMIT 10000)`;
	return forgotten.count;
}
