import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Sql } from '../postgres/connect.ts';
import type { Answer, Commitment } from './commit.ts';

/** How long a request waits to learn whether its transaction was committed, in ms. */
const patience = 5_000;
const between = 50;

/**
 * What became of a transaction whose connection broke: PostgreSQL remembers that by the transaction's id, across a crash too
 * (pg_xact_status, PostgreSQL manual 9.27). `away`: nothing was stored. `unknown`: PostgreSQL did not come back in time.
 */
export async function settle(
	sql: Sql,
	commitment: Commitment,
	log: Logger
): Promise<Answer[] | 'away' | 'unknown'> {
	const pending = commitment.pending();
	if (!pending) return 'away';
	for (const until = performance.now() + patience; performance.now() < until; await sleep(between)) {
		const status = await statusOf(sql, pending.xid, log);
		if (status === 'committed') return pending.answers;
		if (status === 'aborted') return 'away';
	}
	return 'unknown';
}

async function statusOf(sql: Sql, xid: string, log: Logger): Promise<string | null> {
	try {
		const [row] = await sql<{ status: string | null }[]>`SELECT pg_xact_status(${xid}::xid8) AS status`;
		return row?.status ?? null;
	} catch (error) {
		log.debug({ err: error }, 'the outcome of a commit is not known yet');
		return null;
	}
}
