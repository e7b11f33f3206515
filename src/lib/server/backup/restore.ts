import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import Database from 'better-sqlite3';
import type { Sql } from '../postgres/connect.ts';
import * as partitions from '../postgres/partitions.ts';
import { transact } from '../postgres/transaction.ts';
import { BackupFailed, fileOf, readManifest, sqliteName, type Manifest, type Table } from './manifest.ts';
import { tablesOf } from './tables.ts';
import { deploysIn, measured, sumOfFile, sumsOf } from './take.ts';

/**
 * Fills an empty, migrated database from a backup, in one transaction, and puts the deploys' file where a server will look for it
 * (`sqliteFile`). A backup of an older release is taken: migrations only add.
 * @throws BackupFailed when there is something to lose, or the backup is damaged or of a newer release; then nothing has changed.
 */
export async function restore(sql: Sql, sqliteFile: string, folder: string): Promise<Manifest> {
	const manifest = await readManifest(folder);
	await refuseIfNewer(sql, manifest);
	if (!(await isEmpty(sql)))
		throw new BackupFailed('The database has accounts or organizations: restore into an empty one.');
	if (manifest.sqlite) await refuseIfDamaged(folder, sqliteFile, manifest.sqlite);
	for (const table of manifest.tables) await refuseIfTorn(table, folder);
	for (const day of manifest.days) {
		if (!(await partitions.ensure(sql, day)))
			throw new BackupFailed(`The partition of ${day} could not be made: try again.`);
	}
	// In the order of this database: on Citus, where the backup may be from, tables do not refer to each other.
	const order = (await tablesOf(sql)).map(({ name }) => name);
	const tables = manifest.tables.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
	await transact(sql, async (transaction) => {
		for (const table of tables) await fill(transaction, table, folder);
	});
	if (manifest.sqlite) {
		await mkdir(join(sqliteFile, '..'), { recursive: true });
		await copyFile(join(folder, sqliteName), sqliteFile);
	}
	return manifest;
}

/** What differs between a backup and a database that was restored from it, a sentence each; none if nothing does. */
export async function differences(sql: Sql, sqliteFile: string, manifest: Manifest): Promise<string[]> {
	const now = new Map((await sumsOf(sql)).tables.map((table) => [table.name, table]));
	const found = manifest.tables.flatMap(({ name, rows, sha256 }) => {
		const restored = now.get(name);
		if (restored?.sha256 === sha256 && restored.rows === rows) return [];
		return [
			`${name}: ${rows} rows in the backup, ${restored?.rows ?? 'none'} restored, with other contents.`
		];
	});
	return manifest.sqlite ? [...found, ...faultsOf(sqliteFile, manifest.sqlite)] : found;
}

function faultsOf(file: string, { deploys, bytes }: NonNullable<Manifest['sqlite']>): string[] {
	const found = deploysIn(file);
	const faults = [];
	if (found.deploys !== deploys || found.bytes !== bytes) {
		faults.push(
			`deploys: ${deploys} with ${bytes} bytes in the backup, ${found.deploys} with ${found.bytes} restored.`
		);
	}
	const sqlite = new Database(file, { readonly: true });
	try {
		const intact = sqlite.pragma('integrity_check', { simple: true });
		if (intact !== 'ok') faults.push(`deploys: ${String(intact)}.`);
		const torn = sqlite
			.prepare<[], number>(
				`SELECT count(*) FROM deploys WHERE size <> (
					SELECT coalesce(sum(length(data)), 0) FROM deploy_chunks WHERE deploy_id = deploys.id)`
			)
			.pluck()
			.get();
		if (torn !== 0) faults.push(`deploys: ${torn} logs are not whole.`);
	} finally {
		sqlite.close();
	}
	return faults;
}

async function refuseIfNewer(sql: Sql, { migration }: Manifest): Promise<void> {
	const [ours] = await sql<
		[{ time: number }]
	>`SELECT max(created_at) AS time FROM drizzle.__drizzle_migrations`;
	if (migration > ours.time)
		throw new BackupFailed('A newer release made this backup: update Tailrace first.');
}

async function refuseIfDamaged(
	folder: string,
	sqliteFile: string,
	{ sha256 }: { sha256: string }
): Promise<void> {
	if (existsSync(sqliteFile))
		throw new BackupFailed(`There is a ${sqliteFile}: restore into an empty data folder.`);
	if ((await sumOfFile(join(folder, sqliteName))) !== sha256) throw damaged(sqliteName);
}

async function isEmpty(sql: Sql): Promise<boolean> {
	const found = await sql`SELECT 1 FROM users UNION ALL SELECT 1 FROM organizations LIMIT 1`;
	return found.count === 0;
}

/** Reads a table's file to its end. @throws BackupFailed if it is not what was written: PostgreSQL is given none of it then */
async function refuseIfTorn({ name, bytes, sha256 }: Table, folder: string): Promise<void> {
	const sum = measured();
	const file = createReadStream(join(folder, fileOf(name)));
	const nowhere = new PassThrough().resume();
	await pipeline(file, createZstdDecompress(), sum.through, nowhere).catch((error: unknown) => {
		throw (error as { code?: string }).code?.startsWith('ZSTD') ? damaged(fileOf(name)) : error;
	});
	const found = sum.result();
	if (found.bytes !== bytes || found.sha256 !== sha256) throw damaged(fileOf(name));
}

/** Rows that triggers or migrations have made give way to those of the backup. */
async function fill(transaction: Sql, { name, columns }: Table, folder: string): Promise<void> {
	await transaction`DELETE FROM ${transaction(name)}`;
	const into = await transaction`
		COPY ${transaction(name)} (${transaction(columns)}) FROM STDIN (FORMAT binary)`.writable();
	await pipeline(createReadStream(join(folder, fileOf(name))), createZstdDecompress(), into);
}

const damaged = (file: string) => new BackupFailed(`The backup is damaged: ${file} is not what was written.`);
