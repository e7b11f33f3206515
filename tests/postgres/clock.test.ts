import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { chunksOf } from '../../src/lib/server/logs/entries.ts';
import { insertOf } from '../../src/lib/server/logs/insert.ts';
import { Sealing } from '../../src/lib/server/logs/sealing.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import type { Asked } from '../../src/lib/server/search/asked.ts';
import type { LogSearch } from '../../src/lib/server/search/search.ts';
import { line, linesOf, makeOrganization, receive, sealAll } from '../support/logs/lines.ts';
import { asking, searching } from '../support/logs/searching.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';

let database: TestDatabase;
let search: LogSearch;
let close: () => Promise<void>;
beforeAll(async () => {
	database = await testDatabase();
	({ search, close } = searching(database));
});
afterAll(async () => {
	await close();
	await database.drop();
});

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** The beginning of this UTC day. */
const midnight = Math.floor(Date.now() / day) * day;
const noon = midnight + day / 2;

const damaged = (error: unknown) => {
	throw error;
};
const seqsOf = (lines: readonly { seq: number }[]) => lines.map(({ seq }) => seq);
const byTime = (a: Entry, b: Entry) => Date.parse(b.time) - Date.parse(a.time) || b.seq - a.seq;
const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** All lines, read in both directions and searched in each order, a few at a time: each once, and in its place. */
async function expectEachOnce(org: string, last: number): Promise<void> {
	const store = logStore(database.sql);
	const all = await linesOf(database.sql, org);
	expect(seqsOf(all)).toEqual(numbers(last));
	const received = all.map(({ received_at }) => Date.parse(received_at));
	expect(received).toEqual(received.toSorted((a, b) => a - b));
	const back: number[] = [];
	for (let page = await store.before(org, last + 1, 3); page.items.length > 0;) {
		back.push(...seqsOf(page.items));
		page = await store.before(org, back.at(-1) ?? 0, 3);
	}
	expect(back).toEqual(numbers(last).reverse());
	const newest = { by: 'time', newestFirst: true } as const;
	expect(await found(org, newest)).toEqual(seqsOf(all.toSorted(byTime)));
	expect(await found(org, { ...newest, newestFirst: false })).toEqual(seqsOf(all.toSorted(byTime)).reverse());
	expect(await found(org, { by: 'seq', newestFirst: true })).toEqual(numbers(last).reverse());
	expect(await found(org, { by: 'seq', newestFirst: false })).toEqual(numbers(last));
}

/** What a search gives, page by page. */
async function found(org: string, order: Asked['order']): Promise<number[]> {
	const seqs: number[] = [];
	for (let after: Asked['after'] = null; ;) {
		const { lines, next } = await search.find(asking(org, { text: 'line', order, limit: 4, after }));
		seqs.push(...seqsOf(lines));
		if (next === null) return seqs;
		after = next;
	}
}

describe('a clock that jumps back', () => {
	const jumps = [0, minute, -2 * hour, -day - hour, 2 * minute, -1, 3 * minute];

	test.each(['fresh', 'sealed at the end', 'sealed in between'])(
		'leaves lines in order, and each is found once (%s)',
		async (how) => {
			const org = await makeOrganization(database.sql);
			for (const [index, jump] of jumps.entries()) {
				const lines = [1, 2, 3].map((n) => line(`line ${index} ${n}`));
				await receive(database.sql, org, lines, noon + jump);
				if (how === 'sealed in between' && index % 2 === 1) await sealAll(database.sql);
			}
			if (how === 'sealed at the end') await sealAll(database.sql);
			await expectEachOnce(org, 3 * jumps.length);
		}
	);

	test('puts a chunk that came sealed among those of the day on which it counts as received', async () => {
		const org = await makeOrganization(database.sql);
		const appended = async (arrived: number) => {
			const lines = Array.from({ length: 3 }, () => ({ ...line('line'), time: noon }));
			const chunks = await chunksOf(lines, arrived, 'seal');
			for (const chunk of chunks) {
				const commit = { id: crypto.randomUUID(), arrived };
				const insert = await insertOf(database.sql);
				await transact(database.sql, (transaction) =>
					insert(transaction, [{ org, chunks: [chunk] }], commit)
				);
			}
		};
		for (const arrived of [noon, noon - day, noon + minute]) await appended(arrived);
		await sealAll(database.sql);
		const days = await database.sql`SELECT DISTINCT day::text AS day FROM log_chunks WHERE org_id = ${org}`;
		expect(days).toEqual([{ day: new Date(noon).toISOString().slice(0, 10) }]);
		await expectEachOnce(org, 9);
	});
});

describe('midnight', () => {
	test('under appends and sealing leaves each line once, in every order', async () => {
		const org = await makeOrganization(database.sql);
		const sealing = new Sealing(database.sql, { damaged });
		const around = [-minute, -2, -1, -1, 0, 0, 1, 2, minute];
		for (const [index, at] of around.entries()) {
			const lines = [1, 2].map((n) => ({ ...line(`line ${index} ${n}`), time: midnight + at - n }));
			await receive(database.sql, org, lines, midnight + at);
			await sealing.run(midnight + at + minute + 1);
			await expectEachOnce(org, 2 * (index + 1));
		}
		await sealing.run(midnight + day + hour);
		await expectEachOnce(org, 2 * around.length);
		const days = await database.sql<{ lines: number }[]>`
			SELECT sum(lines)::int AS lines FROM log_chunks WHERE org_id = ${org} GROUP BY day ORDER BY day`;
		expect(days).toEqual([{ lines: 8 }, { lines: 10 }]);
	});

	test('loses and doubles nothing for a reader who follows while sealing goes on', async () => {
		const own = await testDatabase();
		onTestFinished(() => own.drop());
		const org = await makeOrganization(own.sql);
		const [store, sealing] = [logStore(own.sql), new Sealing(own.sql, { damaged })];
		const last = 240;
		let [at, isDone] = [midnight - last * 500, false];
		const write = async () => {
			for (let n = 1; n <= last; n++) await receive(own.sql, org, [line(`line ${n}`)], (at += 1_000));
			isDone = true;
		};
		const seal = async () => {
			while (!isDone) await sealing.run(at + minute);
		};
		const follow = async () => {
			const seen: number[] = [];
			while (seen.length < last) seen.push(...seqsOf((await store.after(org, seen.length, 10)).items));
			return seen;
		};
		const [seen] = await Promise.all([follow(), write(), seal()]);
		expect(seen).toEqual(numbers(last));
	});
});
