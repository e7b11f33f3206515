import { advisoryLocks } from './advisory-locks.ts';
import { connect } from './connect.ts';

/**
 * Brings the database to the newest schema. Instances that start together take turns under an advisory lock.
 * @throws when PostgreSQL is older than 15 or a migration fails; a failed migration leaves nothing behind.
 */
export async function migrate(url: string, folder: string): Promise<void> {
	// Loaded here, because it takes longer than the rest of a command that only reports an error.
	const { drizzle } = await import('drizzle-orm/postgres-js');
	const drizzleMigrator = await import('drizzle-orm/postgres-js/migrator');
	const sql = connect(url, { max: 1, name: 'tailrace migrate' });
	try {
		await refuseOldServer(sql);
		await sql`SELECT pg_advisory_lock(${advisoryLocks.migrations})`;
		await drizzleMigrator.migrate(drizzle(sql), { migrationsFolder: folder });
	} finally {
		await sql.end(); // which also releases the lock
	}
}

async function refuseOldServer(sql: ReturnType<typeof connect>): Promise<void> {
	const [row] = await sql<
		{ version: number }[]
	>`SELECT current_setting('server_version_num')::int AS version`;
	if (row && row.version >= 150000) return;
	throw new Error('Tailrace needs PostgreSQL 15 or newer: update the server that DATABASE_URL names');
}
