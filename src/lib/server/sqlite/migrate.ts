import type { Database } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import * as drizzleMigrator from 'drizzle-orm/better-sqlite3/migrator';

/**
 * Brings the database to the newest schema, in one transaction.
 * @throws when a migration fails; it leaves nothing behind.
 */
export function migrate(sqlite: Database, folder: string): void {
	drizzleMigrator.migrate(drizzle(sqlite), { migrationsFolder: folder });
}
