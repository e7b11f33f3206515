import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Taken } from './embedded-error.ts';

const SQLITE_BUSY = 5;

/**
 * Makes this process the owner of a data folder until `release` is called or it dies, however it dies. Throws Taken, naming the
 * owner, while another process has it.
 */
export function claim(dataDir: string): { release(): void } {
	const pidFile = join(dataDir, 'tailrace.pid');
	// Node has no flock; the kernel releases SQLite's lock with the process, unlike a pid file, which outlives a SIGKILL and
	// may then name a process that has nothing to do with us.
	const lockFile = join(dataDir, 'tailrace.lock');
	closeSync(openSync(lockFile, 'a', 0o600));
	const lock = new DatabaseSync(lockFile);
	try {
		lock.exec('BEGIN EXCLUSIVE');
	} catch (error) {
		lock.close();
		throw isBusy(error) ? new Taken(taken(dataDir, pidFile)) : error;
	}
	writeFileSync(pidFile, `${process.pid}\n`);
	return { release: () => lock.isOpen && lock.close() };
}

function isBusy(error: unknown): boolean {
	return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function taken(dataDir: string, pidFile: string): string {
	const pid = readFileSync(pidFile, { encoding: 'utf8', flag: 'a+' }).trim() || 'not known yet';
	return (
		`Another Tailrace (pid ${pid}) runs on the data folder ${dataDir}. ` +
		'Stop it, or set DATA_DIR to another folder; to run several, set DATABASE_URL.'
	);
}
