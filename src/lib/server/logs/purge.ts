import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import { removeSome } from './retention.ts';

/** Answers to idempotency keys deleted by one statement. */
const batch = 5_000;
/** After every existing line. */
const endOfTime = new Date('9999-12-31T00:00:00Z');

/**
 * Deletes the remaining lines and idempotency keys of deleted organizations, in short transactions, and notes for each when
 * nothing was left. It can end anywhere, and instances may run it concurrently: each batch locks its organization, and locked
 * organizations are left to their holder.
 *
 * Nothing can come after the last batch. An append changes the organization's head, which is deleted with the organization: an
 * earlier append was waited for, so its lines are seen here; a later one found no head.
 */
export async function apply(sql: Sql, signal?: AbortSignal): Promise<void> {
	/** Where the last batch of each organization ended. */
	const places = new Map<string, number>();
	while (!signal?.aborted && (await transact(sql, (transaction) => removeNext(transaction, places))));
}

/** Removes one batch; false if every remaining organization is being purged elsewhere. */
async function removeNext(transaction: Sql, places: Map<string, number>): Promise<boolean> {
	const [next] = await transaction<{ id: string }[]>`
		SELECT id FROM deleted_organizations WHERE purged_at IS NULL
		ORDER BY deleted_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`;
	if (!next) return false;
	const last = await removeSome(transaction, next.id, places.get(next.id) ?? 0, endOfTime);
	places.set(next.id, last ?? 0);
	if (last === null && (await forgetKeys(transaction, next.id)) === 0) await finish(transaction, next.id);
	return true;
}

async function forgetKeys(transaction: Sql, org: string): Promise<number> {
	const forgotten = await transaction`
		DELETE FROM idempotency_keys WHERE org_id = ${org} AND key IN (
			SELECT key FROM idempotency_keys WHERE org_id = ${org} LIMIT ${batch})`;
	return forgotten.count;
}

/** The days go last: they lead to the lines. Checks once more for keys: a batch also deletes none when another instance deleted those it found. */
async function finish(transaction: Sql, org: string): Promise<void> {
	await transaction`DELETE FROM log_days WHERE org_id = ${org}`;
	const keys = await transaction`SELECT 1 FROM idempotency_keys WHERE org_id = ${org} LIMIT 1`;
	if (keys.length > 0) return;
	await transaction`UPDATE deleted_organizations SET purged_at = clock_timestamp() WHERE id = ${org}`;
}
