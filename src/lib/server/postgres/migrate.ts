import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { advisoryLocks } from './advisory-locks.ts';
import { connect, type Sql } from './connect.ts';

/** How long a migration waits for a table: whoever comes after it waits too, on servers that go on serving. PostgreSQL's syntax. */
const lockTimeout = '3s';
/** lock_not_available (PostgreSQL, appendix A). */
const held = '55P03';
/** How often it is tried again, and after how many ms. */
const [mostTries, betweenTries] = [20, 1_000];

/** What became of a migration. */
export interface Migrated {
	/** A newer release has migrated the database. As migrations only add, this one works on it. */
	isAhead: boolean;
}

/**
 * Brings the database to this release's schema, unless a newer one has been here. Instances that start together take turns under
 * an advisory lock, so that the URL must not lead through a pooler.
 * @throws when PostgreSQL is older than 15 or a migration fails; a failed migration leaves nothing behind.
 */
export async function migrate(url: string, folder: string): Promise<Migrated> {
	const sql = connect(url, { max: 1, name: 'tailrace migrate' });
	try {
		await refuseOldServer(sql);
		const before = await compare(sql, folder);
		if (before !== 'behind') return { isAhead: before === 'ahead' };
		// Loaded only if needed, because it takes longer than the rest of a command (1.5 s of CPU time).
		const { drizzle } = await import('drizzle-orm/postgres-js');
		const drizzleMigrator = await import('drizzle-orm/postgres-js/migrator');
		await sql`SELECT pg_advisory_lock(${advisoryLocks.migrations})`;
		await sql.unsafe(`SET lock_timeout = '${lockTimeout}'`);
		await patiently(() => drizzleMigrator.migrate(drizzle(sql), { migrationsFolder: folder }));
		return { isAhead: false };
	} finally {
		await sql.end(); // which also releases the lock
	}
}

/** Runs a migration, which fails whole, again while others hold a table that it needs. */
async function patiently(run: () => Promise<void>): Promise<void> {
	for (let tries = 1; ; tries++) {
		try {
			return await run();
		} catch (error) {
			const { code, cause } = error as { code?: string; cause?: { code?: string } };
			if ((code ?? cause?.code) !== held || tries === mostTries) throw error;
			await sleep(betweenTries);
		}
	}
}

/** How the database's last migration compares with ours: drizzle records its time (drizzle-orm 0.45, pg-core/dialect.js). */
async function compare(sql: Sql, folder: string): Promise<'behind' | 'same' | 'ahead'> {
	const [table] = await sql<{ name: string | null }[]>`
		SELECT to_regclass('drizzle.__drizzle_migrations') AS name`;
	if (!table?.name) return 'behind';
	const [done] = await sql<{ time: number | null }[]>`
		SELECT max(created_at) AS time FROM drizzle.__drizzle_migrations`;
	const journal = await readFile(join(folder, 'meta/_journal.json'), 'utf8');
	const { entries } = JSON.parse(journal) as { entries: { when: number }[] };
	const ours = Math.max(...entries.map(({ when }) => when));
	const theirs = done?.time ?? 0;
	if (theirs === ours) return 'same';
	return theirs < ours ? 'behind' : 'ahead';
}

async function refuseOldServer(sql: Sql): Promise<void> {
	const [row] = await sql<
		{ version: number }[]
	>`SELECT current_setting('server_version_num')::int AS version`;
	if (row && row.version >= 150000) return;
	throw new Error('Tailrace needs PostgreSQL 15 or newer: update the server that DATABASE_URL names');
}
