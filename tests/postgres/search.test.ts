import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { levels, levelOf, type Entry, type NewEntry } from '../../src/lib/log/entry.ts';
import * as predicate from '../../src/lib/log/predicate.ts';
import * as query from '../../src/lib/log/query.ts';
import type { Asked, Event } from '../../src/lib/server/search/asked.ts';
import type { LogSearch } from '../../src/lib/server/search/search.ts';
import { line, linesOf, makeOrganization, receive, sealAll } from '../support/logs/lines.ts';
import { entries, wishes } from '../support/logs/queries.ts';
import { asking, searching } from '../support/logs/searching.ts';
import { write } from '../support/logs/wish.ts';
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

/** 2026-11-20T12:00Z, in the middle of a day. */
const noon = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;

const asSent = (entry: Entry, time: number): NewEntry => ({
	...line(entry.message.toWellFormed().replaceAll('\0', ' ')),
	time,
	severity: entry.severity,
	service: entry.service,
	host: entry.host,
	attributes: JSON.stringify(entry.attributes),
	trace_id: entry.trace_id,
	span_id: entry.span_id
});

const byTime = (a: Entry, b: Entry) => Date.parse(b.time) - Date.parse(a.time) || b.seq - a.seq;

/** All pages of a search, one after the other. */
async function everyPage(asked: Asked): Promise<number[]> {
	const seqs: number[] = [];
	for (let after = asked.after; ;) {
		const { lines, next } = await search.find({ ...asked, after });
		expect(lines.length).toBeLessThanOrEqual(asked.limit);
		seqs.push(...lines.map(({ seq }) => seq));
		if (next === null) return seqs;
		after = next;
	}
}

/** Few different times, so that many lines share one; now and then on another day. */
const times = fc.oneof(
	{ weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }).map((at) => noon + at * 20_000) },
	{ weight: 1, arbitrary: fc.integer({ min: -30, max: 30 }).map((at) => noon + at * 3_600_000) }
);
const batches = fc.array(
	fc.record({
		at: fc.integer({ min: 0, max: 30 }).map((hours) => noon + hours * 3_600_000),
		lines: fc.array(fc.tuple(entries, times), { minLength: 1, maxLength: 60 }),
		isSealed: fc.boolean()
	}),
	{ minLength: 1, maxLength: 6 }
);

test('finds exactly what the predicate finds in a plain scan, in order, page by page, sealed or not', async () => {
	await fc.assert(
		fc.asyncProperty(
			batches,
			fc.array(wishes, { minLength: 1, maxLength: 8 }),
			fc.integer({ min: 1, max: 40 }),
			fc.option(fc.tuple(times, times)),
			async (batches, wished, limit, range) => {
				const org = await makeOrganization(database.sql);
				for (const { at, lines, isSealed } of batches.toSorted((a, b) => a.at - b.at)) {
					await receive(
						database.sql,
						org,
						lines.map(([entry, time]) => asSent(entry, Math.min(time, at + 23 * 3_600_000))),
						at
					);
					if (isSealed) await sealAll(database.sql);
				}
				const all = await linesOf(database.sql, org);
				const [from, to] = range ?? [-Infinity, Infinity];
				for (const text of wished.map(write)) {
					const parsed = query.parse(text);
					const compiled = parsed.ok ? predicate.compile(parsed.query) : parsed;
					if (!compiled.ok) continue;
					const isIn = ({ time }: Entry) => Date.parse(time) >= from && Date.parse(time) < to;
					const expected = all.filter((entry) => isIn(entry) && compiled.matches(entry));
					const asked = asking(org, { text, limit, from, to });
					expect(await everyPage(asked)).toEqual(expected.toSorted(byTime).map(({ seq }) => seq));
					const seqs = expected.map(({ seq }) => seq);
					const forward = { by: 'seq' as const, newestFirst: false };
					expect(await everyPage({ ...asked, order: forward })).toEqual(seqs);
					const backward = { by: 'seq' as const, newestFirst: true };
					expect(await everyPage({ ...asked, order: backward })).toEqual(seqs.toReversed());
					await expectCounts(asked, expected);
				}
			}
		),
		{ numRuns: 40 }
	);
});

/** What a histogram and fields say, against the lines that match. */
async function expectCounts(asked: Asked, expected: readonly Entry[]): Promise<void> {
	const histogram = { from: noon - 31 * 3_600_000, width: 30 * minute, count: 4 * 62 };
	const found = await search.find({ ...asked, histogram, fields: 10 });
	const bars = new Array<number>(histogram.count * levels.length).fill(0);
	for (const { time, severity } of expected) {
		const bar = Math.floor((Date.parse(time) - histogram.from) / histogram.width);
		if (bar >= 0 && bar < histogram.count) bars[bar * 6 + levels.indexOf(levelOf(severity))]!++;
	}
	expect(found.matched).toBe(expected.length);
	expect([...(found.histogram ?? [])]).toEqual(bars);
	const services = Map.groupBy(expected, ({ service }) => service);
	const counted = [...(found.facets?.get('service') ?? [])].sort();
	expect(counted).toEqual([...services].map(([name, lines]) => [name, lines.length]).sort());
}

describe('a search', () => {
	test('is not disturbed by lines that arrive and chunks that are merged between its pages', async () => {
		const org = await makeOrganization(database.sql);
		const old = Array.from({ length: 300 }, (_, at) => ({ ...line(`word ${at}`), time: noon + (at % 7) }));
		for (let at = 0; at < 300; at += 10) await receive(database.sql, org, old.slice(at, at + 10), noon);
		const seqs: number[] = [];
		for (let after: Asked['after'] = null; ;) {
			const { lines, next } = await search.find(asking(org, { text: 'word', limit: 7, last: 300, after }));
			seqs.push(...lines.map(({ seq }) => seq));
			if (next === null) break;
			after = next;
			await receive(database.sql, org, [{ ...line('word of later'), time: noon + 3 }], noon + minute);
			if (seqs.length % 3 === 0) await sealAll(database.sql);
		}
		expect(seqs).toHaveLength(300);
		expect(new Set(seqs).size).toBe(300);
	});

	test('goes on where its patience has ended, and says that it is not complete', async () => {
		const org = await makeOrganization(database.sql);
		for (let day = 0; day < 4; day++) {
			const at = noon + day * 24 * 3_600_000;
			await receive(database.sql, org, [{ ...line('needle'), time: at }], at);
		}
		const first = await search.find(asking(org, { text: 'needle', patience: 0 }));
		expect(first).toMatchObject({ isComplete: false, lines: [] });
		const rest = await search.find(asking(org, { text: 'needle', after: first.next }));
		expect(rest.lines.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
		expect(rest).toMatchObject({ isComplete: true, next: null });
	});

	test('ends when its reader goes', async () => {
		const org = await makeOrganization(database.sql);
		await receive(database.sql, org, [line('needle')], noon);
		const leaving = new AbortController();
		const events: Event[] = [];
		const reading = (async () => {
			for await (const event of search.run(asking(org, { text: 'needle', signal: leaving.signal }))) {
				events.push(event);
				leaving.abort(new Error('the reader went'));
			}
		})();
		await expect(reading).rejects.toThrow('the reader went');
		expect(events.map(({ kind }) => kind)).not.toContain('done');
	});

	test('leaves out damaged counts, and sums up all else', async () => {
		const org = await makeOrganization(database.sql);
		for (let day = 0; day < 3; day++) {
			const at = noon + day * 24 * 3_600_000;
			await receive(database.sql, org, Array(40).fill({ ...line('counted'), time: at }), at);
		}
		await sealAll(database.sql);
		await database.sql`
			UPDATE log_chunks SET counts = '\\xff'::bytea WHERE org_id = ${org} AND first_seq = 41`;
		const histogram = { from: noon - 3_600_000, width: 3_600_000, count: 100 };
		expect((await search.find(asking(org, { limit: 0, histogram }))).matched).toBe(80);
	});

	test('leaves out a damaged chunk, and finds all else', async () => {
		const org = await makeOrganization(database.sql);
		for (let at = 1; at <= 3; at++) {
			const lines = Array.from({ length: 40 }, () => line(`needle ${at}`));
			await receive(database.sql, org, lines, noon + at);
		}
		await database.sql`UPDATE log_chunks SET head = 'x'::bytea WHERE org_id = ${org} AND first_seq = 41`;
		const { lines } = await search.find(asking(org, { text: 'needle', limit: 1_000 }));
		expect(lines.map(({ seq }) => seq)).toHaveLength(80);
	});
});
