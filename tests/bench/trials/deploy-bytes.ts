// Bytes written to disk for each byte of a log of 5 MB in appends of 10 kB, each flushed on its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import * as deployLines from '../deploy-lines.ts';
import { DeploySender } from '../deploy-sender.ts';
import { writtenBy } from '../disk.ts';
import { count } from '../format.ts';
import { product } from '../targets.ts';
import { say, trial } from '../trial.ts';

const appends = 500;
const linesOfAppend = 100;
const bytesOfLine = 100;
const size = appends * linesOfAppend * bytesOfLine;
const most = 4; // bytes for each byte of log

type Product = Awaited<ReturnType<typeof product>>;

await trial(async (defer) => {
	// A sender waits for its answer, so every append has a flush of its own however short the interval is.
	const target = await product(defer, { DEPLOY_FLUSH_MS: '1' });
	const written = await writeWith(target);
	say(`${written.running.toFixed(2)} while it runs, ${written.ended.toFixed(2)} when its chunks are joined`);

	const inPostgres = await writeToPostgres(
		await product(defer, { DEPLOY_FLUSH_MS: '1', DEPLOY_STORE: 'postgres' })
	);
	say(
		`in PostgreSQL ${inPostgres.running.toFixed(2)} while it runs, ${inPostgres.ended.toFixed(2)} when joined`
	);

	const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-'));
	defer(() => rm(folder, { recursive: true }));
	const floor = updateWith(folder);
	return [
		{
			what: 'written to disk for a byte of log',
			measured: `${written.ended.toFixed(2)} bytes`,
			must: `≤ ${most} bytes`,
			floor: `${count(floor)} bytes (UPDATE … SET logs = logs || ?)`,
			ok: written.ended <= most
		},
		{
			what: 'the same in PostgreSQL, its log of changes (WAL) included',
			measured: `${inPostgres.ended.toFixed(2)} bytes`,
			must: `≤ ${most} bytes`,
			floor: `${written.ended.toFixed(2)} bytes in SQLite`,
			ok: inPostgres.ended <= most
		}
	];
});

/** Bytes for each byte of log, all in the database's file: while the deploy runs, and when everything is done with it. */
async function writeWith({ server, ...target }: Product): Promise<{ running: number; ended: number }> {
	const sqlite = new Database(join(server.dataDir, 'deploys.db'));
	function written(): number {
		sqlite.pragma('wal_checkpoint(TRUNCATE)');
		return writtenBy(server.pid) + writtenBy(process.pid);
	}
	const sender = await DeploySender.create(target);
	const before = written();
	for (let turn = 0; turn < appends; turn++) await sender.append(bodyAt(turn));
	const running = written() - before;
	await sender.finish();
	const merged = sqlite.prepare('SELECT merged FROM deploys WHERE id = ?').pluck();
	while (merged.get(sender.id) !== 1) await sleep(50);
	const ended = written() - before;
	sender.close();
	sqlite.close();
	return { running: running / size, ended: ended / size };
}

/** The same in PostgreSQL, which counts what all its processes write (pg_stat_io, since 18). */
async function writeToPostgres({ server, ...target }: Product): Promise<{ running: number; ended: number }> {
	const url = await embedded.connectUrl(server.dataDir);
	const sql = connect(url as string, { max: 1 });
	async function written(): Promise<number> {
		await sql`CHECKPOINT`;
		const [row] = await sql<[{ bytes: number }]>`SELECT sum(write_bytes)::bigint AS bytes FROM pg_stat_io`;
		return row.bytes;
	}
	const sender = await DeploySender.create(target);
	const before = await written();
	for (let turn = 0; turn < appends; turn++) await sender.append(bodyAt(turn));
	const running = (await written()) - before;
	await sender.finish();
	const isMerged = () => sql`SELECT 1 FROM deploys WHERE id = ${sender.id} AND merged`;
	while ((await isMerged()).count === 0) await sleep(50);
	const ended = (await written()) - before;
	sender.close();
	await sql.end();
	return { running: running / size, ended: ended / size };
}

/** The same for a log that is one column, which every append writes anew, in a database with the same promise. */
function updateWith(folder: string): number {
	const sqlite = new Database(join(folder, 'update.db'));
	sqlite.pragma('journal_mode = WAL');
	sqlite.pragma('synchronous = FULL');
	sqlite.exec(
		"CREATE TABLE deploys (id INTEGER PRIMARY KEY, logs TEXT NOT NULL); INSERT INTO deploys VALUES (1, '')"
	);
	const update = sqlite.prepare('UPDATE deploys SET logs = logs || ? WHERE id = 1');
	const before = writtenBy(process.pid);
	for (let turn = 0; turn < appends; turn++) update.run(bodyAt(turn).toString());
	sqlite.close();
	return (writtenBy(process.pid) - before) / size;
}

function bodyAt(turn: number): Buffer {
	const first = turn * linesOfAppend + 1;
	return deployLines.lines(first, first + linesOfAppend - 1, bytesOfLine);
}
