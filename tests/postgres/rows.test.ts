import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import * as digits from '../../src/lib/log/digits.ts';
import { convert } from '../../src/lib/server/logs/rows.ts';
import { usageOf } from '../../src/lib/server/logs/usage.ts';
import { advisoryLocks } from '../../src/lib/server/postgres/advisory-locks.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { migrate } from '../../src/lib/server/postgres/migrate.ts';
import { testDatabase } from '../support/server/database.ts';
import { root } from '../support/server/server.ts';
import { line, linesOf, makeOrganization, receive } from '../support/logs/lines.ts';

const log = pino({ level: 'silent' });
const migrations = join(root, 'drizzle/postgres');
const day = 24 * 60 * 60 * 1000;

/** A database as the version before chunks left it: with rows of three days, and one organization without any. */
async function oldDatabase() {
	const url = new URL(inject('databaseServer'));
	const server = connect(url.href, { max: 1 });
	const name = `tailrace_test_old_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
	await server.unsafe(`CREATE DATABASE ${name}`);
	url.pathname = `/${name}`;
	await migrate(url.href, await migrationsBeforeChunks());
	const sql = connect(url.href, { max: 4 });
	onTestFinished(async () => {
		await sql.end();
		await server.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
		await server.end();
	});
	const [busy, quiet, empty] = [
		await makeOrganization(sql),
		await makeOrganization(sql),
		await makeOrganization(sql)
	];
	for (const ago of [2, 1, 0]) {
		await insertRows(sql, busy, 9_000, ago);
		await insertRows(sql, quiet, 3, ago);
	}
	await sql`DELETE FROM logs WHERE org_id = ${busy} AND seq <= 500`; // as retention has it
	return { url: url.href, sql, busy, quiet, empty };
}

/** The migrations up to the last one before chunks, in a folder of their own. */
async function migrationsBeforeChunks(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-migrations-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	await cp(migrations, folder, { recursive: true });
	const file = join(folder, 'meta/_journal.json');
	const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: { idx: number }[] };
	const entries = journal.entries.filter(({ idx }) => idx < 12);
	await writeFile(file, JSON.stringify({ ...journal, entries }));
	return folder;
}

/** Rows as `append_logs` made them, with the times of some days ago, in microseconds as PostgreSQL has them. */
async function insertRows(sql: Sql, org: string, count: number, daysAgo: number): Promise<void> {
	const at = new Date(Date.now() - daysAgo * day);
	await sql`
		WITH head AS (UPDATE log_heads SET seq = seq + ${count} WHERE org_id = ${org} RETURNING seq - ${count} AS before)
		INSERT INTO logs
		SELECT ${org}, before + n, ${at}::timestamptz + interval '1 microsecond', ${at}::timestamptz - n * interval '1 ms',
			1 + n % 24, (ARRAY['web', 'api'])[1 + n % 2], CASE WHEN n % 3 = 0 THEN 'web-1' END, 'message ' || n || ' é',
			jsonb_build_object('n', n, 'exact', '1.0'::jsonb), CASE WHEN n % 5 = 0 THEN md5(n::text) END, NULL
		FROM head, generate_series(1, ${count}) AS n`;
}

/** The rows as the version before chunks read them, but for the digits of numbers, which they have as they came. */
async function rowsOf(sql: Sql, org: string) {
	const rows = await sql<{ attributes: string }[]>`
		SELECT seq, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time,
			to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at,
			severity, service, host, message, attributes::text, trace_id, span_id
		FROM logs WHERE org_id = ${org} ORDER BY seq`;
	return rows.map((row) => ({ ...row, attributes: digits.parse(row.attributes) }));
}

const withoutLevel = ({ level: _, ...entry }: Awaited<ReturnType<typeof linesOf>>[number]) => ({ ...entry });

test('the rows of an earlier version become chunks with the same numbers and the same lines', async () => {
	const { url, sql, busy, quiet, empty } = await oldDatabase();
	const before = new Map<string, unknown>();
	for (const org of [busy, quiet, empty]) before.set(org, await rowsOf(sql, org));
	await migrate(url, migrations);
	await Promise.all([convert(sql, log), convert(sql, log)]); // two instances that start together

	for (const org of [busy, quiet, empty]) {
		expect((await linesOf(sql, org)).map(withoutLevel)).toEqual(before.get(org));
	}
	const [table] = await sql`SELECT to_regclass('logs')::text AS logs`;
	expect(table?.logs).toBeNull();
	const chunks =
		await sql`SELECT lines, day <> 'infinity' AS sealed FROM log_chunks WHERE org_id = ${busy} ORDER BY first_seq`;
	expect(chunks.map(({ lines, sealed }) => [lines, sealed])).toEqual(
		[8_192, 308, 8_192, 808, 8_192, 808].map((lines) => [lines, true])
	);
	expect(await receive(sql, busy, [line('next')])).toEqual({ first_seq: 27_001, last_seq: 27_001 });
	const usage = (await usageOf(sql, [busy])).get(busy);
	expect(usage).toMatchObject({ lines: 26_501, linesToday: 9_001, linesYesterday: 9_000 });
});

test('a conversion that was interrupted goes on where it was', async () => {
	const { url, sql, busy } = await oldDatabase();
	const before = await rowsOf(sql, busy);
	await migrate(url, migrations);
	await sql.unsafe(`
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON log_chunks FOR EACH ROW
		WHEN (NEW.first_seq > 9000) EXECUTE FUNCTION refuse();`);
	await expect(convert(sql, log)).rejects.toThrow('no room');
	await sql.unsafe('DROP TRIGGER refuse ON log_chunks');
	await convert(sql, log);
	expect((await linesOf(sql, busy)).map(withoutLevel)).toEqual(before);
});

test('instances that start together on a new database find nothing to convert, whoever drops the table', async () => {
	const { sql, drop } = await testDatabase();
	onTestFinished(drop);
	await Promise.all(Array.from({ length: 10 }, () => convert(sql, log)));
	const [table] = await sql`SELECT to_regclass('logs')::text AS logs`;
	expect(table?.logs).toBeNull();
});

test('a server that starts while another one ends the conversion waits for it', async () => {
	const { url, sql } = await oldDatabase();
	await migrate(url, migrations);
	const other = connect(url, { max: 1, name: 'the second' });
	onTestFinished(() => other.end());
	const waits = () => sql`
		SELECT 1 FROM pg_stat_activity WHERE application_name = 'the second' AND wait_event_type = 'Lock'`;
	let second: Promise<void> | undefined;
	await sql.begin(async (first) => {
		await first`SELECT pg_advisory_xact_lock(${advisoryLocks.conversion})`;
		await first`DROP TABLE logs`;
		second = convert(other, log);
		await expect.poll(waits).toHaveLength(1);
	});
	await second;
});
