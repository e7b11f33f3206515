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
 * that a concurrent repeat on another instance waits for this one. Each organization is asked for by itself: Citus refuses anything
 * else, and sent one after the other they cost no wait.
 */
export async function recall(transaction: Sql, requests: readonly Append[]): Promise<Map<Append, Answer>> {
	const answers = new Map<Append, Answer>();
	if (!requests.some(isKeyed)) return answers;
	const byOrganization = Map.groupBy(requests, ({ org }) => org);
	const orgs = [...byOrganization.keys()].sort();
	await Promise.all(orgs.map((org) => transaction`SELECT 1 FROM log_heads WHERE org_id = ${org} FOR UPDATE`));
	await Promise.all(
		orgs.map((org) => recallOf(transaction, org, (byOrganization.get(org) ?? []).filter(isKeyed), answers))
	);
	return answers;
}

const isKeyed = ({ idempotencyKey }: Append) => idempotencyKey !== null;
const keysOf = (requests: readonly Append[]) => requests.map(({ idempotencyKey }) => idempotencyKey ?? '');

async function recallOf(
	transaction: Sql,
	org: string,
	requests: readonly Append[],
	answers: Map<Append, Answer>
): Promise<void> {
	if (requests.length === 0) return;
	const rows = await transaction<{ key: string; answer: Answer }[]>`
		SELECT key, answer FROM idempotency_keys
		WHERE org_id = ${org} AND key = ANY (${keysOf(requests)}::text[])
			AND created_at > clock_timestamp() - ${lifetime}::interval`;
	const known = new Map(rows.map(({ key, answer }) => [key, answer]));
	for (const request of requests) {
		const answer = known.get(request.idempotencyKey ?? '');
		if (answer) answers.set(request, answer);
	}
}

/** Keeps the answers to an organization's requests with a key, in the transaction that stores their lines. See insert-in-steps.ts, nameServices. */
export async function remember(
	transaction: Sql,
	org: string,
	requests: readonly Append[],
	answers: ReadonlyMap<Append, Answer>
): Promise<void> {
	const keyed = requests.filter(isKeyed);
	if (keyed.length === 0) return;
	await transaction`
		INSERT INTO idempotency_keys (org_id, key, answer, created_at)
		SELECT org_id, key, answer, now() FROM log_heads, unnest(
			${keysOf(keyed)}::text[],
			${keyed.map((request) => JSON.stringify(answers.get(request)))}::text[]::json[]) AS kept (key, answer)
		WHERE org_id = ${org}
		ON CONFLICT (org_id, key) DO UPDATE SET answer = excluded.answer, created_at = excluded.created_at`;
}

/** Forgets all keys past their lifetime, 10,000 at a time; returns how many. */
export async function forgetOld(sql: Sql): Promise<number> {
	const before = new Date((await now(sql)) - lifetimeMs);
	const orgs = await sql<{ org: string }[]>`
		SELECT DISTINCT org_id AS org FROM idempotency_keys WHERE created_at < ${before}`;
	let forgotten = 0;
	for (const { org } of orgs) forgotten += await forgetOldOf(sql, org, before);
	return forgotten;
}

async function forgetOldOf(sql: Sql, org: string, before: Date): Promise<number> {
	for (let forgotten = 0; ;) {
		const { count } = await sql`
			DELETE FROM idempotency_keys WHERE org_id = ${org} AND key IN (
				SELECT key FROM idempotency_keys WHERE org_id = ${org} AND created_at < ${before} LIMIT ${batch})`;
		forgotten += count;
		if (count < batch) return forgotten;
	}
}
