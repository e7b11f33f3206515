import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

/** One table as it was copied: rows in PostgreSQL's binary COPY format, in the order of the primary key. */
const table = v.object({
	name: v.string(),
	columns: v.array(v.string()),
	rows: v.number(),
	/** Before compression, as is `sha256`. */
	bytes: v.number(),
	sha256: v.string()
});

const manifest = v.object({
	format: v.literal(1),
	/** When the copy of PostgreSQL was taken: all of it shows this moment. ISO 8601. */
	takenAt: v.string(),
	/** The time of the last migration, as drizzle records it. */
	migration: v.number(),
	tables: v.array(table),
	/** The days of sealed chunks, each of which needs a partition. */
	days: v.array(v.string()),
	/** The deploys in SQLite, taken a moment later; null if they are in PostgreSQL. */
	sqlite: v.nullable(v.object({ deploys: v.number(), bytes: v.number(), sha256: v.string() }))
});

export type Table = v.InferOutput<typeof table>;
/** What a backup holds. It is written last: a folder without it is no backup. */
export type Manifest = v.InferOutput<typeof manifest>;

export const manifestName = 'manifest.json';
export const fileOf = (table: string) => `${table}.copy.zst`;
export const sqliteName = 'deploys.db';

/** The backup cannot be made, read or restored; the message says why to the operator. */
export class BackupFailed extends Error {}

/** @throws BackupFailed when the folder holds no whole backup of a format that we know. */
export async function readManifest(folder: string): Promise<Manifest> {
	const text = await readFile(join(folder, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'ENOENT') throw error;
		throw new BackupFailed(`${folder} holds no whole backup: it has no ${manifestName}.`);
	});
	const parsed = v.safeParse(manifest, JSON.parse(text));
	if (!parsed.success)
		throw new BackupFailed(`${folder}/${manifestName} is not of a format that this release knows.`);
	return parsed.output;
}
