import { createHash } from 'node:crypto';
import type { Sqlite } from '../sqlite/connect.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Chunk } from './chunk.ts';
import type { Address } from './deploy.ts';

/** Bytes that one transaction takes along, about. */
const mostBytes = 4 * 1024 * 1024;

/** What a move did. */
export interface Moved {
	/** Deploys that were copied now, and that an earlier run had copied. */
	deploys: number;
	before: number;
	/** Bytes of logs copied now. */
	bytes: number;
	/** Deploys of organizations that PostgreSQL does not have: they were deleted. */
	left: number;
}

type Row = Record<string, string | number | null>;

/** A log in PostgreSQL is not what it is in SQLite. */
export class Different extends Error {
	constructor({ org, id }: Address) {
		super(`The log of deploy ${id} of organization ${org} differs from its copy in PostgreSQL.`);
	}
}

/**
 * Copies all deploys from SQLite to PostgreSQL, byte for byte; a deploy appears there with its whole log. The next call
 * continues one that was cut short. `told` is called after each deploy.
 * @throws Different when a copy is not what it was made from.
 */
export async function move(sqlite: Sqlite, sql: Sql, told: (moved: Moved) => void): Promise<Moved> {
	const moved: Moved = { deploys: 0, before: 0, bytes: 0, left: 0 };
	const rows = sqlite
		.prepare<[], Row & { id: string; org_id: string }>('SELECT * FROM deploys ORDER BY id')
		.all();
	const orgs = new Set((await sql<{ id: string }[]>`SELECT id FROM organizations`).map(({ id }) => id));
	for (const row of rows) {
		const { id, org_id: org } = row;
		if (!orgs.has(org)) moved.left++;
		else if (await isThere(sql, { org, id })) moved.before++;
		else {
			moved.bytes += await copyLog(sqlite, sql, { org, id });
			await compare(sqlite, sql, { org, id });
			await copyRow(sql, row);
			moved.deploys++;
		}
		told(moved);
	}
	await copyOutbox(sqlite, sql);
	return moved;
}

async function isThere(sql: Sql, { org, id }: Address): Promise<boolean> {
	const found = await sql`SELECT 1 FROM deploys WHERE org_id = ${org} AND id = ${id}`;
	return found.count > 0;
}

/** Goes on after the last chunk that is there; returns how many bytes it copied. */
async function copyLog(sqlite: Sqlite, sql: Sql, { org, id }: Address): Promise<number> {
	const [last] = await sql<[{ at: number }]>`
		SELECT coalesce(max("offset"), -1) AS at FROM deploy_chunks WHERE org_id = ${org} AND deploy_id = ${id}`;
	const chunks = sqlite
		.prepare<[string, number], Chunk>(
			`SELECT "offset", first_line AS firstLine, flushed_at AS flushedAt, times, data FROM deploy_chunks
			WHERE deploy_id = ? AND "offset" > ? ORDER BY "offset"`
		)
		.iterate(id, last.at);
	let [copied, bytes, some] = [0, 0, [] as Chunk[]];
	for (const chunk of chunks) {
		some.push(chunk);
		bytes += chunk.data.length;
		if (bytes < mostBytes) continue;
		await insert(sql, { org, id }, some);
		[copied, bytes, some] = [copied + bytes, 0, []];
	}
	await insert(sql, { org, id }, some);
	return copied + bytes;
}

async function insert(sql: Sql, { org, id }: Address, chunks: readonly Chunk[]): Promise<void> {
	await transact(sql, async (transaction) => {
		for (const { offset, firstLine, flushedAt, times, data } of chunks) {
			await transaction`
				INSERT INTO deploy_chunks (org_id, deploy_id, "offset", first_line, flushed_at, times, data)
				VALUES (${org}, ${id}, ${offset}, ${firstLine}, ${flushedAt}, ${times}, ${data})`;
		}
	});
}

async function compare(sqlite: Sqlite, sql: Sql, { org, id }: Address): Promise<void> {
	const [theirs, mine] = [createHash('sha256'), createHash('sha256')];
	const chunks = sqlite.prepare<[string], { offset: number; data: Buffer }>(
		'SELECT "offset", data FROM deploy_chunks WHERE deploy_id = ? ORDER BY "offset"'
	);
	for (const { offset, data } of chunks.iterate(id)) {
		mine.update(`${offset} ${createHash('sha256').update(data).digest('hex')}\n`);
	}
	const rows = sql<{ sum: string }[]>`
		SELECT "offset" || ' ' || encode(sha256(data), 'hex') || E'\\n' AS sum FROM deploy_chunks
		WHERE org_id = ${org} AND deploy_id = ${id} ORDER BY "offset"`;
	for await (const some of rows.cursor(1_000)) for (const { sum } of some) theirs.update(sum);
	if (mine.digest('hex') !== theirs.digest('hex')) throw new Different({ org, id });
}

/** JSON without U+0000, which PostgreSQL does not store. */
const storable = (json: string) =>
	JSON.stringify(
		JSON.parse(json, (_, value: unknown) =>
			typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value
		)
	);

/** The columns have the same names; SQLite's flags are numbers, and PostgreSQL stores no U+0000. */
async function copyRow(sql: Sql, { merged, mid_line: midLine, ...rest }: Row): Promise<void> {
	const texts = Object.entries(rest).map(([name, value]) => [
		name,
		typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value
	]);
	const row = { ...Object.fromEntries(texts), merged: merged === 1, mid_line: midLine === 1 };
	await sql`INSERT INTO deploys ${sql(row)}`;
}

/** What is still to be announced; a line that was already stored is recognized by its id (deploys/announcement.ts). */
async function copyOutbox(sqlite: Sqlite, sql: Sql): Promise<void> {
	const rows = sqlite
		.prepare<[], { id: string; kind: string; lane: string; payload: string }>(
			'SELECT id, kind, lane, payload FROM outbox ORDER BY id'
		)
		.all();
	for (const { id, kind, lane, payload } of rows) {
		await sql`
			INSERT INTO outbox (id, kind, lane, payload, due_at) VALUES (${id}, ${kind}, ${lane}, ${storable(payload)}::text::jsonb, now())
			ON CONFLICT (id) DO NOTHING`;
	}
}
