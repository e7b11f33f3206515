import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import { removeSome } from './retention.ts';

/** Answers to idempotency keys deleted by one statement. */
const batch = 5_000;
/** After every line there is. */
const endOfTime = new Date('9999-12-31T00:00:00Z');

/**
 * Deletes the lines and the idempotency keys that deleted organizations have left, in short transactions, and notes for
 * each when nothing was left. It can end anywhere, and instances may run it at the same time: each batch holds its
 * organization, and what is held is left to who holds it.
 *
 * Nothing can come after the last batch. An append changes the organization's head, which is deleted with the
 * organization: one that came first was waited for, so its lines are seen here; one that came later found no head.
 */
export async function apply(sql: Sql, signal?: AbortSignal): Promise<void> {
	/** Where the last batch of each organization ended. */
	const places = new Map<string, number>();
	while (!signal?.aborted && (await transact(sql, (transaction) => removeNext(transaction, places))));
}

/** Removes one batch; false if no organization is left that nobody else is at. */
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
		DELETE FROM idempotency_keys WHERE org_id = ${org} AND ctid = ANY (ARRAY(
			SELECT ctid FROM idempotency_keys WHERE org_id = ${org} LIMIT ${batch}))`;
	return forgotten.count;
}

/** Asks once more for keys: a batch also deletes none when somebody else was quicker to delete those that it found. */
async function finish(transaction: Sql, org: string): Promise<void> {
	await transaction`
		UPDATE deleted_organizations SET purged_at = clock_timestamp()
		WHERE id = ${org} AND NOT EXISTS (SELECT FROM idempotency_keys WHERE org_id = ${org})`;
}
