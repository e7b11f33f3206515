import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../lib/server/config.ts';
import { Different, move, type Moved } from '../lib/server/deploys/move.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import * as sqliteDatabase from '../lib/server/sqlite/connect.ts';
import * as database from './database.ts';

const usage = `Usage: tailrace move-deploys

Copies the deploys of DATA_DIR/deploys.db to PostgreSQL, byte for byte, and compares each log with its copy. Stop the server first;
afterwards it keeps deploys in PostgreSQL (DEPLOY_STORE=postgres, the default where DATABASE_URL is set).
If it is cut short, run it again: it continues. When all is there the file is renamed to deploys.moved.db; delete it when you like.
Uses the server's environment: DATABASE_URL, or the embedded PostgreSQL in DATA_DIR.
`;

/** Between two reports of how far it is, in ms. */
const reportEvery = 2_000;

/** Exit status 2 for wrong usage, 1 if the deploys cannot be moved. */
export async function run(args: string[]): Promise<number> {
	const wrong = fault(args);
	if (wrong !== null)
		return say(wrong === '' ? process.stdout : process.stderr, wrong + usage, wrong === '' ? 0 : 2);
	const done = await database.use('move-deploys', moveAll);
	if (!done.ok) return say(process.stderr, `${done.message}\n`, 1);
	return say(
		done.result.ok ? process.stdout : process.stderr,
		`${done.result.message}\n`,
		done.result.ok ? 0 : 1
	);
}

/** What is wrong with the arguments; empty when help was asked for, null when nothing is. */
function fault(args: string[]): string | null {
	try {
		const { values } = parseArgs({
			args,
			options: { help: { type: 'boolean', short: 'h', default: false } }
		});
		return values.help ? '' : null;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return `${error.message}\n\n`;
	}
}

async function moveAll(sql: Sql, { dataDir }: Config): Promise<{ ok: boolean; message: string }> {
	const file = join(dataDir, 'deploys.db');
	if (!existsSync(file)) return { ok: false, message: `There is no ${file}: nothing to move.` };
	const sqlite = sqliteDatabase.open(dataDir, 'drizzle/sqlite');
	try {
		if (!isOurs(sqlite)) return { ok: false, message: `A server uses ${file}: stop it first.` };
		const moved = await move(sqlite, sql, reporter());
		sqlite.close();
		renameSync(file, join(dataDir, 'deploys.moved.db'));
		return { ok: true, message: describe(moved) };
	} catch (error) {
		if (!(error instanceof Different)) throw error;
		return { ok: false, message: error.message };
	} finally {
		sqlite.close();
	}
}

/** Whether nobody else has the file open: SQLite then grants a lock that excludes everyone. */
function isOurs(sqlite: sqliteDatabase.Sqlite): boolean {
	try {
		sqlite.pragma('locking_mode = EXCLUSIVE');
		sqlite.exec('BEGIN IMMEDIATE; COMMIT');
		return sqlite.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
	} catch (error) {
		if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
		return false;
	}
}

function reporter(): (moved: Moved) => void {
	let next = performance.now() + reportEvery;
	return (moved) => {
		if (performance.now() < next) return;
		next = performance.now() + reportEvery;
		process.stderr.write(`${describe(moved)}\n`);
	};
}

function describe({ deploys, before, bytes, left }: Moved): string {
	const parts = [`${deploys} deploys copied, ${(bytes / 1e6).toFixed(1)} MB of logs`];
	if (before > 0) parts.push(`${before} were there already`);
	if (left > 0) parts.push(`${left} of deleted organizations left out`);
	return `${parts.join('; ')}.`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
