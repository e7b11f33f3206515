import type { Sql } from '../postgres/connect.ts';
import { now } from '../postgres/now.ts';
import type { Answer, Append } from './append.ts';

/** How long a repeat is recognised (API.md). */
const lifetime = '24 hours';
const lifetimeMs = 24 * 60 * 60 * 1000;
/** Keys forgotten by one statement. */
const batch = 10_000;

/**
 * The answers to requests whose key was used before. It first locks the heads of all organizations of the batch, in order, so
 * that a concurrent repeat on another instance waits for this one.
 */
export async function recall(transaction: Sql, requests: readonly Append[]): Promise<Map<Append, Answer>> {
	const keyed = requests.filter(({ idempotencyKey }) => idempotencyKey !== null);
	const answers = new Map<Append, Answer>();
	if (keyed.length === 0) return answers;

	const orgs = [...new Set(requests.map(({ org }) => org))];
	await transaction`SELECT 1 FROM log_heads WHERE org_id = ANY (${orgs}::uuid[]) ORDER BY org_id FOR UPDATE`;
	const rows = await transaction<{ org_id: string; key: string; answer: Answer }[]>`
		SELECT org_id, key, answer FROM idempotency_keys
		WHERE (org_id, key) IN (SELECT * FROM unnest(
				${keyed.map(({ org }) => org)}::uuid[], ${keyed.map(({ idempotencyKey }) => idempotencyKey)}::text[]))
			AND created_at > clock_timestamp() - ${lifetime}::interval`;
	const known = new Map(rows.map(({ org_id, key, answer }) => [`${org_id} ${key}`, answer]));
	for (const request of keyed) {
		const answer = known.get(`${request.org} ${request.idempotencyKey}`);
		if (answer) answers.set(request, answer);
	}
	return answers;
}

/** Keeps the answers to requests with a key, in the transaction that stores their lines. */
export async function remember(
	transaction: Sql,
	requests: readonly Append[],
	answers: ReadonlyMap<Append, Answer>
): Promise<void> {
	const keyed = requests.filter(({ idempotencyKey }) => idempotencyKey !== null);
	if (keyed.length === 0) return;
	await transaction`
		INSERT INTO idempotency_keys (org_id, key, answer)
		SELECT * FROM unnest(
			${keyed.map(({ org }) => org)}::uuid[],
			${keyed.map(({ idempotencyKey }) => idempotencyKey)}::text[],
			${keyed.map((request) => JSON.stringify(answers.get(request)))}::text[]::json[])
		ON CONFLICT (org_id, key) DO UPDATE SET answer = excluded.answer, created_at = excluded.created_at`;
}

/** Forgets all keys past their lifetime, 10,000 at a time; returns how many. */
export async function forgetOld(sql: Sql): Promise<number> {
	const before = new Date((await now(sql)) - lifetimeMs);
	let forgotten = 0;
	for (;;) {
		const { count } = await sql`
			DELETE FROM idempotency_keys WHERE (org_id, key) IN (
				SELECT org_id, key FROM idempotency_keys WHERE created_at < ${before} LIMIT ${batch})`;
		forgotten += count;
		if (count < batch) return forgotten;
	}
}
