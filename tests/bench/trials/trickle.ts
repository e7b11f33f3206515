// A line a second for a day, as it would be sealed: chunks that are left, and how often a line was written again.
import type { NewEntry } from '../../../src/lib/log/entry.ts';
import { Sealing } from '../../../src/lib/server/logs/sealing.ts';
import { logStore } from '../../../src/lib/server/logs/store.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import * as partitions from '../../../src/lib/server/postgres/partitions.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';
import { corpus } from '../corpus.ts';
import { entriesOf } from '../rows.ts';
import { withDatabase } from '../store.ts';
import { product } from '../targets.ts';
import { trial } from '../trial.ts';

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const mostChunks = 200;
const mostWrites = 4;

await trial(async (defer) => {
	const target = await product(defer);
	const { rewritten, chunks, during } = await withDatabase(target, (sql) => pass(sql, target.account.org.id));
	const times = rewritten / (day / second);
	return [
		{
			what: 'chunks left after the day; at most during it',
			measured: `${chunks}; ${during}`,
			must: `≤ ${mostChunks}`,
			floor: '',
			ok: chunks <= mostChunks
		},
		{
			what: 'times that a line was written again',
			measured: times.toFixed(2),
			must: `≤ ${mostWrites}`,
			floor: '',
			ok: times <= mostWrites
		}
	];
});

/** A day that is over passes: every minute its 60 lines arrive, one by one, and then what is a minute old is sealed. */
async function pass(sql: Sql, org: string) {
	const begins = Math.floor(Date.now() / day) * day - day;
	await partitions.ensure(sql, new Date(begins).toISOString().slice(0, 10));
	const entries = entriesOf([corpus(60)]).map((entry) => ({ ...entry, time: null }));
	let rewritten = 0;
	const damaged = (error: unknown) => {
		throw error;
	};
	const sealing = new Sealing(sql, { damaged, merged: (_, lines) => (rewritten += lines) });
	let during = 0;
	for (let now = begins; now < begins + day; now += minute) {
		await arrive(sql, org, entries, now);
		await sealing.run(now + minute);
		during = Math.max(during, await chunksOf(sql, org));
	}
	await sealing.run(begins + day + 2 * minute);
	return { rewritten, during, chunks: await chunksOf(sql, org) };
}

async function arrive(sql: Sql, org: string, entries: readonly NewEntry[], now: number): Promise<void> {
	const store = logStore(sql);
	await transact(sql, async (transaction) => {
		for (const [at, entry] of entries.entries())
			await store.append(org, [entry], transaction, now + at * second);
	});
}

async function chunksOf(sql: Sql, org: string): Promise<number> {
	const [row] = await sql<[{ chunks: number }]>`
		SELECT count(*)::int AS chunks FROM log_chunks WHERE org_id = ${org}`;
	return row.chunks;
}
