import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { advisoryLocks } from './advisory-locks.ts';
import { connect, type Sql } from './connect.ts';

/**
 * Brings the database to the newest schema. Instances that start together take turns under an advisory lock.
 * @throws when PostgreSQL is older than 15 or a migration fails; a failed migration leaves nothing behind.
 */
export async function migrate(url: string, folder: string): Promise<void> {
	const sql = connect(url, { max: 1, name: 'tailrace migrate' });
	try {
		await refuseOldServer(sql);
		if (await isNewest(sql, folder)) return;
		// Loaded only if needed, because it takes longer than the rest of a command (1.5 s of CPU time).
		const { drizzle } = await import('drizzle-orm/postgres-js');
		const drizzleMigrator = await import('drizzle-orm/postgres-js/migrator');
		await sql`SELECT pg_advisory_lock(${advisoryLocks.migrations})`;
		await drizzleMigrator.migrate(drizzle(sql), { migrationsFolder: folder });
	} finally {
		await sql.end(); // which also releases the lock
	}
}

/** Whether the last migration is done: drizzle records its time (drizzle-orm 0.45, pg-core/dialect.js). */
async function isNewest(sql: Sql, folder: string): Promise<boolean> {
	const [table] = await sql<{ name: string | null }[]>`
		SELECT to_regclass('drizzle.__drizzle_migrations') AS name`;
	if (!table?.name) return false;
	const [done] = await sql<{ time: number | null }[]>`
		SELECT max(created_at) AS time FROM drizzle.__drizzle_migrations`;
	const journal = await readFile(join(folder, 'meta/_journal.json'), 'utf8');
	const { entries } = JSON.parse(journal) as { entries: { when: number }[] };
	return entries.every(({ when }) => when <= (done?.time ?? 0));
}

async function refuseOldServer(sql: Sql): Promise<void> {
	const [row] = await sql<
		{ version: number }[]
	>`SELECT current_setting('server_version_num')::int AS version`;
	if (row && row.version >= 150000) return;
	throw new Error('Tailrace needs PostgreSQL 15 or newer: update the server that DATABASE_URL names');
}
