import { isIPv6 } from 'node:net';
import { digest } from '../digest.ts';
import type { Faults } from '../forms/forms.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { TooMany } from '../forms/refusal.ts';

export interface Limit {
	/** Attempts within a window. */
	limit: number;
	windowMs: number;
}

/** What is counted: one thing, or one thing `of` another, such as an account's attempts `by` a network. */
export type Key = string | readonly [of: string, by: string];
export type Counted = [key: Key, limit: Limit];

/** `retryAfterS`: seconds until the window ends, rounded up. `isFirst`: the first refusal in it. */
export type Attempt =
	{ allowed: true; retryAfterS: 0 } | { allowed: false; retryAfterS: number; isFirst: boolean };

/**
 * Counts an attempt, in PostgreSQL, so that it holds across instances and restarts. The window begins with its first attempt;
 * refused attempts do not prolong it.
 */
export async function attempt(sql: Queryable, key: Key, { limit, windowMs }: Limit): Promise<Attempt> {
	const [row] = await sql<{ attempts: number; seconds: number }[]>`
		INSERT INTO rate_limits AS old (key, attempts, ends_at)
		VALUES (${digestOf(key)}, 1, now() + ${windowMs} * interval '1 millisecond')
		ON CONFLICT (key) DO UPDATE SET
			attempts = CASE WHEN old.ends_at <= now() THEN 1 ELSE least(old.attempts, ${limit + 1}) + 1 END,
			ends_at = CASE WHEN old.ends_at <= now() THEN excluded.ends_at ELSE old.ends_at END
		RETURNING attempts, extract(epoch FROM ends_at - now())::float8 AS seconds`;
	if (!row) throw new Error('an attempt was not counted');
	if (row.attempts <= limit) return { allowed: true, retryAfterS: 0 };
	const retryAfterS = Math.max(1, Math.ceil(row.seconds));
	return { allowed: false, retryAfterS, isFirst: row.attempts === limit + 1 };
}

/**
 * Counts an attempt on one key after another, and returns the refusal once one is over its limit: the keys after it are not
 * counted then.
 */
export async function count(sql: Queryable, keys: Counted[]): Promise<TooMany | null> {
	for (const [key, limit] of keys) {
		const attempted = await attempt(sql, key, limit);
		if (attempted.allowed) continue;
		const { retryAfterS, isFirst } = attempted;
		return { ok: false, status: 429, faults: tooMany(retryAfterS), retryAfterS, isFirst };
	}
	return null;
}

function tooMany(retryAfterS: number): Faults {
	const minutes = Math.ceil(retryAfterS / 60);
	return { form: `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.` };
}

/** Restarts the count for a key. */
export async function reset(sql: Queryable, key: Key): Promise<void> {
	await sql`DELETE FROM rate_limits WHERE key = ${digestOf(key)}`;
}

/** Restarts the counts for all keys of one thing, whatever they are by. */
export async function resetAll(sql: Queryable, of: string): Promise<void> {
	const first = halfOf(of);
	// No hexadecimal digit sorts after f, in any collation.
	await sql`DELETE FROM rate_limits WHERE key > ${first} AND key < ${`${first}g`}`;
}

/** Whether the window of a key has begun and not ended. */
export async function isOpen(sql: Queryable, key: Key): Promise<boolean> {
	const open = await sql`SELECT FROM rate_limits WHERE key = ${digestOf(key)} AND ends_at > now()`;
	return open.count === 1;
}

/** A key of two parts takes half of its digest from each (128 bits are plenty), so that the keys of one thing are adjacent. */
function digestOf(key: Key): string {
	return typeof key === 'string' ? digest(key) : halfOf(key[0]) + halfOf(key[1]);
}

const halfOf = (part: string) => digest(part).slice(0, 32);

/** Deletes windows that have ended, at most 10,000 at a time; returns how many. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM rate_limits WHERE key IN (
			SELECT key FROM rate_limits WHERE ends_at <= now() LIMIT 10000 FOR UPDATE SKIP LOCKED)`;
	return forgotten.count;
}

/**
 * What counts as one address. For IPv6 the first 64 bits: the least that one customer gets (RFC 6177), so that nobody has 2^64
 * tries. An IPv4 address in IPv6 counts as itself.
 */
export function networkOf(address: string | null): string {
	if (address === null) return 'this machine';
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (mapped) return mapped;
	if (!isIPv6(address)) return address;
	const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
	const groups = head ? head.split(':') : [];
	const behind = tail ? tail.split(':') : [];
	const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length;
	const all = [...groups, ...Array<string>(zeros).fill('0'), ...behind];
	return all
		.slice(0, 4)
		.map((group) => parseInt(group, 16).toString(16))
		.join(':');
}
