import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import * as configuration from '../lib/server/config.ts';
import { connect, isAway, isFull, type Sql } from '../lib/server/postgres/connect.ts';
import * as dataFolder from '../lib/server/postgres/data-folder.ts';
import { openDatabase, type Database } from '../lib/server/postgres/database.ts';
import * as embedded from '../lib/server/postgres/embedded.ts';
import * as partitions from '../lib/server/postgres/partitions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const migrations = 'drizzle/postgres';

/** How often, and with how many ms in between, to wait for a server that is just starting. */
const mostTries = 20;
const between = 250;

export type DatabaseResult<T> = { ok: true; result: T } | { ok: false; message: string };

/**
 * Works on the server's own database, as its environment names it, whether or not the server runs. Faults that the person at
 * the keyboard can fix are returned as a message; anything else is a bug, and thrown.
 */
export async function use<T>(
	name: string,
	work: (sql: Sql, config: configuration.Config) => Promise<T>
): Promise<DatabaseResult<T>> {
	process.chdir(root); // like the server: a relative DATA_DIR is the same for both
	const parsed = configuration.parse(process.env);
	if (!parsed.ok) return { ok: false, message: configuration.explain(parsed.faults) };
	try {
		return { ok: true, result: await onDatabase(name, await dataFolder.settle(parsed.config), work) };
	} catch (error) {
		if (!(error instanceof embedded.Unstartable) && !isAway(error) && !isFull(error)) throw error;
		return { ok: false, message: (error as Error).message };
	}
}

/** Works on a new embedded PostgreSQL in this folder, and stops it afterwards. */
export async function useScratch<T>(
	folder: string,
	work: (sql: Sql) => Promise<T>
): Promise<DatabaseResult<T>> {
	process.chdir(root);
	const parsed = configuration.parse({ DATA_DIR: folder });
	if (!parsed.ok) return { ok: false, message: configuration.explain(parsed.faults) };
	try {
		return { ok: true, result: await onDatabase('check', await dataFolder.settle(parsed.config), work) };
	} catch (error) {
		if (!(error instanceof embedded.Unstartable) && !isFull(error)) throw error;
		return { ok: false, message: (error as Error).message };
	}
}

async function onDatabase<T>(
	name: string,
	config: configuration.Config,
	work: (sql: Sql, config: configuration.Config) => Promise<T>
): Promise<T> {
	const database = await open(config);
	const sql = connect(database.url, { max: 1, prepare: database.prepare, name: `tailrace ${name}` });
	try {
		await partitions.prepare(sql);
		return await work(sql, config);
	} finally {
		await sql.end();
		await database.stop();
	}
}

/** The embedded PostgreSQL of a running server, if any; else opened as the server itself would. */
async function open(config: configuration.Config): Promise<Database> {
	const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
	for (let tries = 0; ; tries++) {
		const running = config.databaseUrl === null ? await embedded.connectUrl(config.dataDir) : null;
		if (running !== null) {
			return openDatabase({ ...config, databaseUrl: running, databaseListenUrl: running }, migrations, log);
		}
		try {
			return await openDatabase(config, migrations, log);
		} catch (error) {
			// A server that is just starting has the folder, but no PostgreSQL yet.
			if (!(error instanceof embedded.Taken) || tries === mostTries) throw error;
			await sleep(between);
		}
	}
}
