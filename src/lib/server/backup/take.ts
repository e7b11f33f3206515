import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Transform, Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import Database from 'better-sqlite3';
import { isDistributed } from '../postgres/citus.ts';
import type { Sql } from '../postgres/connect.ts';
import * as running from '../postgres/running.ts';
import { transact } from '../postgres/transaction.ts';
import { BackupFailed, fileOf, manifestName, sqliteName, type Manifest, type Table } from './manifest.ts';
import { tablesOf, type Copied } from './tables.ts';

/**
 * Copies everything into a new folder while servers run: PostgreSQL as of one moment, then the deploys in SQLite, if there are any
 * (`sqliteFile`). Nobody waits for it.
 * @throws BackupFailed when the folder has something in it, or, on Citus, while a server runs: its nodes are not read as of one moment.
 */
export async function take(sql: Sql, sqliteFile: string, folder: string): Promise<Manifest> {
	if (await isDistributed(sql)) await refuseWhileRunning(sql);
	await mkdir(folder, { recursive: true });
	if ((await readdir(folder)).length > 0)
		throw new BackupFailed(`${folder} is not empty: name a new folder.`);
	const copied = await copyTables(sql, (table) => [
		createZstdCompress(),
		createWriteStream(join(folder, fileOf(table)))
	]);
	const sqlite = existsSync(sqliteFile) ? await copySqlite(sqliteFile, join(folder, sqliteName)) : null;
	const manifest: Manifest = { format: 1, ...copied, sqlite };
	await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, '\t')}\n`, { flush: true });
	await sync(folder);
	return manifest;
}

async function refuseWhileRunning(sql: Sql): Promise<void> {
	const servers = await running.describe(sql);
	if (servers !== null)
		throw new BackupFailed(
			`A Citus cluster is not copied as of one moment while servers run: stop all servers, or make base backups of its nodes (docs/operate/citus.md). ${servers}`
		);
}

/** What a backup taken now would say, without writing it. */
export function sumsOf(sql: Sql): Promise<Omit<Manifest, 'format' | 'sqlite'>> {
	return copyTables(sql, () => [new Writable({ write: (_, __, done) => done() })]);
}

/** Copies all tables, as of one moment, to where `to` leads. */
async function copyTables(sql: Sql, to: (table: string) => (Transform | Writable)[]) {
	return transact(sql, async (transaction) => {
		await transaction`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`;
		const [moment] = await transaction<[{ takenAt: Date; migration: number }]>`
			SELECT now() AS "takenAt", max(created_at) AS migration FROM drizzle.__drizzle_migrations`;
		const days = await transaction<{ day: string }[]>`
			SELECT DISTINCT day::text AS day FROM log_chunks WHERE day <> 'infinity' ORDER BY day`;
		const tables: Table[] = [];
		for (const table of await tablesOf(transaction)) {
			tables.push(await copyTable(transaction, table, to(table.name)));
		}
		return {
			takenAt: moment.takenAt.toISOString(),
			migration: moment.migration,
			tables,
			days: days.map(({ day }) => day)
		};
	});
}

async function copyTable(
	transaction: Sql,
	{ name, columns, key }: Copied,
	to: (Transform | Writable)[]
): Promise<Table> {
	const [counted] = await transaction<[{ rows: number }]>`SELECT count(*) AS rows FROM ${transaction(name)}`;
	const order = key.length > 0 ? transaction`ORDER BY ${transaction(key)}` : transaction``;
	const rows = await transaction`
		COPY (SELECT ${transaction(columns)} FROM ${transaction(name)} ${order}) TO STDOUT (FORMAT binary)`.readable();
	const sum = measured();
	await pipeline([rows as Readable, sum.through, ...to] as [Readable, ...Writable[]]);
	return { name, columns, rows: counted.rows, ...sum.result() };
}

/** A stream that counts and hashes what passes through. */
export function measured() {
	const hash = createHash('sha256');
	let bytes = 0;
	const through = new Transform({
		transform(chunk: Buffer, _, done) {
			bytes += chunk.length;
			hash.update(chunk);
			done(null, chunk);
		}
	});
	return { through, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** SQLite's own online backup begins anew whenever the server writes, which it does all the time; VACUUM INTO reads one snapshot. */
async function copySqlite(from: string, to: string): Promise<Manifest['sqlite']> {
	const source = new Database(from, { readonly: true });
	try {
		source.prepare('VACUUM INTO ?').run(to);
	} finally {
		source.close();
	}
	await sync(to);
	return { ...deploysIn(to), sha256: await sumOfFile(to) };
}

/** How many deploys a copy holds, and bytes of their logs. */
export function deploysIn(file: string): { deploys: number; bytes: number } {
	const copy = new Database(file, { readonly: true });
	try {
		const count = copy.prepare<[], { deploys: number; bytes: number }>(
			'SELECT count(*) AS deploys, coalesce(sum(size), 0) AS bytes FROM deploys'
		);
		return count.get() ?? { deploys: 0, bytes: 0 };
	} finally {
		copy.close();
	}
}

export async function sumOfFile(file: string): Promise<string> {
	const sum = measured();
	await pipeline(createReadStream(file), sum.through, new PassThrough().resume());
	return sum.result().sha256;
}

async function sync(path: string): Promise<void> {
	await using file = await open(path, 'r');
	await file.sync();
}
