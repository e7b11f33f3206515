import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Sql } from '../postgres/connect.ts';
import type { Answer } from './append.ts';
import type { Commitment, Pending } from './commit.ts';

/** How long a request waits to learn whether its transaction was committed, in ms. */
const patience = 5_000;
const between = 50;

/** PostgreSQL's error for a transaction id not yet assigned: invalid_parameter_value. */
const notGivenOut = '22023';

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
	for (const until = performance.now() + patience; performance.now() < until; await sleep(between)) {
		const status = await statusOf(sql, pending, log);
		if (status === 'committed') return pending.answers;
		if (status === 'aborted') return 'away';
	}
	return 'unknown';
}

/**
 * The status of a transaction by its id (pg_xact_status, PostgreSQL manual 9.27). A crash loses ids that had not reached the
 * disk, and they are reused: `committed` may then refer to another transaction, so the line has the last word.
 */
async function statusOf(sql: Sql, { xid, line }: Pending, log: Logger): Promise<string | null> {
	try {
		const [row] = await sql<{ status: string | null }[]>`SELECT pg_xact_status(${xid}::xid8) AS status`;
		if (row?.status !== 'committed' || line === null) return row?.status ?? null;
		return (await isStored(sql, line)) ? 'committed' : 'aborted';
	} catch (error) {
		if ((error as { code?: string }).code === notGivenOut) return 'aborted';
		log.debug({ err: error }, 'the outcome of a commit is not known yet');
		return null;
	}
}

/**
 * A line that got the same number after the loss was received later. A separate statement, so that it sees what the first one
 * saw.
 */
async function isStored(sql: Sql, { org, seq, until }: NonNullable<Pending['line']>): Promise<boolean> {
	const found = await sql`
		SELECT 1 FROM logs WHERE org_id = ${org} AND seq = ${seq} AND received_at <= ${until}::text::timestamptz`;
	return found.length > 0;
}
