import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Answer } from './append.ts';
import type { Commitment, Pending } from './commit.ts';
import { dayOf } from './sealed.ts';

/** How long a request waits to learn whether its transaction was committed, in ms. */
const patience = 5_000;
const between = 50;

/** How long one look waits for a transaction in doubt that still holds the head, PostgreSQL's syntax. */
const lookTimeout = '1s';

/**
 * The fate of a transaction whose connection broke, also when PostgreSQL crashed. `away`: nothing was stored. `unknown`:
 * PostgreSQL did not come back in time.
 */
export async function settle(
	sql: Sql,
	commitment: Commitment,
	log: Logger
): Promise<Answer[] | 'away' | 'unknown'> {
	const pending = commitment.pending();
	if (!pending) return 'away';
	const { chunk } = pending;
	if (chunk === null) return pending.answers;
	for (const until = performance.now() + patience; performance.now() < until; await sleep(between)) {
		const isStored = await look(sql, chunk, log);
		if (isStored !== null) return isStored ? pending.answers : 'away';
	}
	return 'unknown';
}

/**
 * Whether a chunk was stored, by the append that it names; null if that cannot be said yet. The lock on the head waits out a
 * transaction that is in doubt, so this holds on every engine, whatever it remembers of transactions. What was sealed no longer
 * names its append, but nothing younger than a minute is sealed, except by the append itself.
 */
async function look(
	sql: Sql,
	{ org, first_seq, append_id, arrived }: NonNullable<Pending['chunk']>,
	log: Logger
): Promise<boolean | null> {
	try {
		return await transact(sql, async (transaction) => {
			await transaction`SELECT set_config('lock_timeout', ${lookTimeout}, true)`;
			await transaction`SELECT 1 FROM log_heads WHERE org_id = ${org} FOR UPDATE`;
			// The days stand in the statement, so that PostgreSQL locks their partitions alone.
			const found = await transaction.unsafe(
				`SELECT 1 FROM log_chunks WHERE org_id = $1 AND first_seq = $2 AND append_id = $3
					AND day IN ('infinity', '${dayOf(arrived)}')`,
				[org, first_seq, append_id]
			);
			return found.length > 0;
		});
	} catch (error) {
		log.debug({ err: error }, 'the outcome of a commit is not known yet');
		return null;
	}
}
