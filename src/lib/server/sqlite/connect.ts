import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from './migrate.ts';

export type Sqlite = Database.Database;

/**
 * Bytes. A flush writes whole pages, to the WAL and later to the file: a 5 MB log in 10 kB appends costs 3.4 bytes for each of
 * its own with pages of 2 KiB, 4.2 with SQLite's 4 KiB (measured).
 */
const pageSize = 2048;
/** Pages after which the WAL goes to the file: 4 MiB, the size of SQLite's own default of 1,000 pages of 4 KiB. */
const checkpointPages = 2000;
/** Ms to wait for another process that holds the file, such as a backup. Nothing else runs meanwhile, so it is short. */
const busyTimeout = 1_000;

const ofFullDisk = new Set([
	'SQLITE_FULL',
	'SQLITE_IOERR_SHMSIZE',
	'SQLITE_IOERR_SHMMAP',
	'ENOSPC',
	'EDQUOT'
]);

/**
 * Opens `deploys.db` under `dataDir`, creating it if needed, with the newest schema. Committed data is on disk.
 * @throws when the file cannot be opened or a migration fails; a failed migration leaves nothing behind.
 */
export function open(dataDir: string, migrations: string): Sqlite {
	mkdirSync(dataDir, { recursive: true });
	const sqlite = new Database(join(dataDir, 'deploys.db'));
	try {
		configure(sqlite);
		migrate(sqlite, migrations);
	} catch (error) {
		sqlite.close();
		throw error;
	}
	return sqlite;
}

/** Whether an error says that the disk is full: from SQLite (also while sizing its shared memory), or from a file. */
export function isFull(error: unknown): boolean {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === 'string' && ofFullDisk.has(code);
}

function configure(sqlite: Sqlite): void {
	sqlite.pragma(`busy_timeout = ${busyTimeout}`);
	sqlite.pragma(`page_size = ${pageSize}`); // of a new file; an existing one keeps its own
	sqlite.pragma('journal_mode = WAL');
	sqlite.pragma('synchronous = FULL');
	sqlite.pragma(`wal_autocheckpoint = ${checkpointPages}`);
	sqlite.pragma('foreign_keys = ON');
}
