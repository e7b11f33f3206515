import { advisoryLocks } from './advisory-locks.ts';
import { isDistributed } from './citus.ts';
import type { Sql } from './connect.ts';
import { now } from './now.ts';
import { transact } from './transaction.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * How long a change of partitions waits for its lock on `log_chunks`. Everyone who comes after it waits too, so it gives up soon and
 * the hourly maintenance retries it.
 */
const lockTimeout = '2s';

/** lock_not_available (PostgreSQL, appendix A): someone else held the lock for too long. Nothing changed; the next turn retries. */
const held = '55P03';

/**
 * Creates the partitions of `log_chunks` for the sealed chunks of today and of a week ahead (UTC days), by PostgreSQL's
 * clock unless given a time (epoch ms). Instances may do so at the same time.
 */
export async function prepare(sql: Sql, at?: number): Promise<void> {
	const today = at ?? (await now(sql));
	for (let ahead = 0; ahead <= 7; ahead++) await ensure(sql, dateOf(today + ahead * day));
}

/**
 * Creates the partition of a day (`2026-11-28`) unless it is there. Attached rather than created in place, which would lock out
 * readers and writers (PostgreSQL manual, 5.12.2.1).
 * @returns false if it could not be made now
 */
export async function ensure(sql: Sql, date: string): Promise<boolean> {
	const name = nameOf(date);
	if (await exists(sql, name)) return true;
	return change(sql, async (transaction) => {
		if (await exists(transaction, name)) return;
		const until = dateOf(Date.parse(date) + day);
		await transaction.unsafe(
			`CREATE TABLE ${name} (LIKE log_chunks INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING CONSTRAINTS)`
		);
		// Before it is attached: shards that are made as partitions lose their storage setting.
		if (await isDistributed(transaction))
			await transaction`
				SELECT create_distributed_table(${name}::text::regclass, 'org_id', colocate_with => 'log_chunks')`;
		await transaction.unsafe(
			`ALTER TABLE log_chunks ATTACH PARTITION ${name} FOR VALUES FROM ('${date}') TO ('${until}')`
		);
	});
}

async function exists(sql: Sql, name: string): Promise<boolean> {
	const found = await sql`SELECT 1 FROM pg_class WHERE oid = to_regclass(${name})`;
	return found.length > 0;
}

/** Drops the partitions of days that ended at `cutoff` (epoch ms) or before. */
export async function dropBefore(sql: Sql, cutoff: number): Promise<void> {
	const partitions = await sql<{ name: string }[]>`
		SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'log_chunks'::regclass AND c.relname ~ '^log_chunks_\\d{8}$' ORDER BY c.relname`;
	for (const { name } of partitions) {
		if (endOf(name) > cutoff) continue;
		await change(sql, (transaction) => transaction.unsafe(`DROP TABLE IF EXISTS ${name}`));
	}
}

const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const nameOf = (date: string) => `log_chunks_${date.replaceAll('-', '')}`;
const endOf = (name: string) =>
	Date.parse(name.replace(/^log_chunks_(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3T00:00:00Z')) + day;

/** Makes a change of partitions; instances take turns. False if a lock was held for too long. */
async function change(sql: Sql, make: (transaction: Sql) => Promise<unknown>): Promise<boolean> {
	try {
		await transact(sql, async (transaction) => {
			await transaction.unsafe(`SET LOCAL lock_timeout = '${lockTimeout}'`);
			await transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.partitions})`;
			await make(transaction);
		});
		return true;
	} catch (error) {
		if ((error as { code?: string }).code !== held) throw error;
		return false;
	}
}
