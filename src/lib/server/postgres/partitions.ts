import type { Sql } from './connect.ts';
import { transact } from './transaction.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * How long a change of partitions waits for its lock on `logs`. Everyone who comes after it waits too, so it gives up soon and
 * the hourly maintenance retries it.
 */
const lockTimeout = '2s';

/** PostgreSQL's codes for possible conflicts (appendix A): each leaves things as they were, for the next turn. */
const passing = new Set([
	'23514', // the default partition holds lines of that day, which then stay there
	'42P07', // another instance created it first
	'42P01', // another instance dropped it first
	'55P03' // the lock is held elsewhere
]);

/**
 * Creates the day partitions of `logs` from today to a week ahead (UTC days). Instances may do so at the same time. Lines that
 * arrive on a day without a partition go to `logs_default`.
 */
export async function prepare(sql: Sql, now = Date.now()): Promise<void> {
	for (let ahead = 0; ahead <= 7; ahead++) {
		const [from, to] = [dateOf(now + ahead * day), dateOf(now + (ahead + 1) * day)];
		const name = nameOf(from);
		const [existing] = await sql`SELECT 1 FROM pg_class WHERE oid = to_regclass(${name})`;
		if (existing) continue;
		await change(
			sql,
			`CREATE TABLE ${name} PARTITION OF logs FOR VALUES FROM ('${from} 00:00Z') TO ('${to} 00:00Z')`
		);
	}
}

/** Drops the day partitions whose last line was received before `cutoff` (epoch ms). */
export async function dropBefore(sql: Sql, cutoff: number): Promise<void> {
	const partitions = await sql<{ name: string }[]>`
		SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'logs'::regclass AND c.relname ~ '^logs_\\d{8}$' ORDER BY c.relname`;
	for (const { name } of partitions) if (endOf(name) <= cutoff) await change(sql, `DROP TABLE ${name}`);
}

const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const nameOf = (date: string) => `logs_${date.replaceAll('-', '')}`;
const endOf = (name: string) =>
	Date.parse(name.replace(/^logs_(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3T00:00:00Z')) + day;

async function change(sql: Sql, statement: string): Promise<void> {
	try {
		await transact(sql, async (transaction) => {
			await transaction.unsafe(`SET LOCAL lock_timeout = '${lockTimeout}'`);
			await transaction.unsafe(statement);
		});
	} catch (error) {
		if (!passing.has((error as { code?: string }).code ?? '')) throw error;
	}
}
