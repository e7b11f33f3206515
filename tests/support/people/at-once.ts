import { expect } from 'vitest';
import * as lock from '../../../src/lib/server/access/lock.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';

/**
 * Runs changes of an organization's members side by side, on separate connections: none proceeds before all have begun and wait
 * for their turn. Nothing else may wait for a lock in this database meanwhile.
 */
export async function atOnce<Results extends unknown[]>(
	sql: Sql,
	org: string,
	...runs: { [Index in keyof Results]: () => Promise<Results[Index]> }
): Promise<Results> {
	const begun = await transact(sql, async (transaction) => {
		await lock.organization(transaction, org);
		const begun = Promise.all(runs.map((run) => run()));
		begun.catch(() => {}); // the caller learns of it below
		await expect.poll(() => waiting(sql), { interval: 5, timeout: 10_000 }).toBe(runs.length);
		return { begun };
	});
	return begun.begun as Promise<Results>;
}

/** How many statements wait for a lock in this database. Asked within a transaction, the answer would stay the same. */
export async function waiting(sql: Sql): Promise<number> {
	const [row] = await sql<{ count: number }[]>`
		SELECT count(*)::int AS count FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`;
	return row?.count ?? 0;
}
