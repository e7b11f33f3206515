// What lines take on the disk once they are sealed, everything counted, and in the write-ahead log: as chunks, and as rows.
import { Sealing } from '../../../src/lib/server/logs/sealing.ts';
import { logStore } from '../../../src/lib/server/logs/store.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';
import { corpus } from '../corpus.ts';
import { count } from '../format.ts';
import { entriesOf, rowStore } from '../rows.ts';
import { withDatabase } from '../store.ts';
import { product } from '../targets.ts';
import { say, trial } from '../trial.ts';

const commits = 100;
const linesOfCommit = 4_000;
const mostDisk = 50; // bytes a line
const mostWal = 150;
const lines = commits * linesOfCommit;
const day = 24 * 60 * 60 * 1000;

await trial(async (defer) => {
	const target = await product(defer);
	const org = target.account.org.id;
	const { chunks, rows } = await withDatabase(target, async (sql) => ({
		chunks: await measure(sql, 'log_chunks', asChunks(sql, org)),
		rows: await measure(sql, 'rows.logs', await asRows(sql, org))
	}));
	const text = corpus(1_000).length / 1_000;
	say(`${count(lines)} lines of ${text.toFixed(0)} bytes as NDJSON`);
	return [
		{
			what: 'on the disk, sealed',
			measured: `${chunks.disk.toFixed(1)} bytes a line`,
			must: `≤ ${mostDisk} bytes`,
			floor: `rows: ${rows.disk.toFixed(1)} bytes`,
			ok: chunks.disk <= mostDisk
		},
		{
			what: 'write-ahead log, sealing included',
			measured: `${chunks.wal.toFixed(1)} bytes a line`,
			must: `≤ ${mostWal} bytes`,
			floor: `rows: ${rows.wal.toFixed(1)} bytes`,
			ok: chunks.wal <= mostWal
		}
	];
});

interface Writer {
	append(entries: ReturnType<typeof entriesOf>): Promise<unknown>;
	seal(): Promise<unknown>;
}

function asChunks(sql: Sql, org: string): Writer {
	const store = logStore(sql);
	const damaged = (error: unknown) => {
		throw error;
	};
	return {
		append: (entries) => transact(sql, (transaction) => store.append(org, entries, transaction)),
		seal: () => new Sealing(sql, { damaged }).run(Date.now() + 2 * day)
	};
}

async function asRows(sql: Sql, org: string): Promise<Writer> {
	const { append } = await rowStore(sql, org);
	return { append, seal: () => Promise.resolve() };
}

/** Bytes a line that a table and its partitions take in the end, with indexes and TOAST, and that were written to the WAL. */
async function measure(sql: Sql, table: string, { append, seal }: Writer) {
	const before = { disk: await sizeOf(sql, table), wal: await walOf(sql) };
	for (let commit = 1; commit <= commits; commit++) await append(entriesOf([corpus(linesOfCommit, commit)]));
	await seal();
	await sql.unsafe(`VACUUM ${table}`);
	const after = { disk: await sizeOf(sql, table), wal: await walOf(sql) };
	return { disk: (after.disk - before.disk) / lines, wal: (after.wal - before.wal) / lines };
}

async function sizeOf(sql: Sql, table: string): Promise<number> {
	const [row] = await sql<[{ bytes: number }]>`
		SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint AS bytes
		FROM pg_inherits WHERE inhparent = ${table}::regclass`;
	return row.bytes;
}

async function walOf(sql: Sql): Promise<number> {
	const [row] = await sql<[{ bytes: number }]>`
		SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS bytes`;
	return row.bytes;
}
