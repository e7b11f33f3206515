import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { severityOf } from '../../src/lib/log/entry.ts';
import type { Asked, Event, Progress } from '../../src/lib/server/search/asked.ts';
import type { Place } from '../../src/lib/server/search/order.ts';
import type { LogSearch } from '../../src/lib/server/search/search.ts';
import { line, makeOrganization, receive, sealAll } from '../support/logs/lines.ts';
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

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 1, 12);
const histogram = { from: noon - 48 * hour, width: hour, count: 24 * 20 };

interface Part {
	lines: number[];
	/** Where it was stopped; null if it came to its end. */
	next: Place | null;
	counted: Progress;
}

/** A search that is stopped after so many times of progress. */
async function until(asked: Asked, most: number): Promise<Part> {
	const leaving = new AbortController();
	const lines: number[] = [];
	let times = 0;
	for await (const event of search.run({ ...asked, signal: leaving.signal }) as AsyncIterable<Event>) {
		if (event.kind === 'lines') lines.push(...event.lines.map(({ seq }) => seq));
		else if (event.kind === 'done') return { lines, next: null, counted: structuredClone(event) };
		else if (++times > most) return { lines, next: event.next, counted: structuredClone(event) };
	}
	throw new Error('a search ended without saying so');
}

/** All parts of a search that is stopped again and again, with lines merged in between. */
async function inParts(asked: Asked, most: number, between: () => Promise<void>): Promise<Part[]> {
	const parts: Part[] = [];
	for (let left = { ...asked }; ;) {
		const part = await until(left, most + parts.length);
		parts.push(part);
		if (part.next === null) return parts;
		const { counted, sampled } = part.counted;
		const limit = Math.max(0, left.limit - part.lines.length);
		const fields = left.fields === null ? null : Math.max(0, left.fields - sampled);
		left = { ...left, after: part.next, counted, limit, fields };
		await between();
	}
}

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

/** What was counted of a field in all parts together. */
function countsOf(parts: readonly Part[], field: string): Record<string, number> {
	const all = parts.flatMap(({ counted }) => [...(counted.facets?.get(field) ?? [])]);
	return Object.fromEntries(
		Map.groupBy(all, ([value]) => value)
			.entries()
			.map(([value, counts]) => [value, sum(counts.map(([, count]) => count))])
	);
}

/** For each of 20 days some batches; times of lines lie up to two days before their receipt, so that chunks overlap. */
const days = fc.array(
	fc.array(fc.tuple(fc.nat(48), fc.constantFrom('info', 'error'), fc.constantFrom('web', 'api')), {
		minLength: 1,
		maxLength: 8
	}),
	{ minLength: 20, maxLength: 20 }
);

test('a search that is stopped and goes on gives and counts every line once, while chunks are merged', async () => {
	let stopped = 0;
	await fc.assert(
		fc.asyncProperty(
			...([days, fc.constantFrom('', 'word', 'service:web', 'level:error')] as const),
			...([fc.constantFrom(1, 7, 1_000), fc.constantFrom(true, true, false)] as const),
			async (days, text, limit, newestFirst) => {
				const org = await makeOrganization(database.sql);
				let seq = 0;
				for (const [day, lines] of days.entries()) {
					const at = noon + day * 24 * hour;
					const all = lines.map(([before, level, service]) => ({
						...line(`word ${++seq}`),
						...{ severity: severityOf(level as 'info'), service, host: 'node', time: at - before * hour }
					}));
					await receive(database.sql, org, all, at);
					if (day % 7 === 2) await sealAll(database.sql);
				}
				const asked = { ...asking(org, { text, limit, histogram, fields: 20 }), last: seq };
				asked.order = { by: 'time', newestFirst };
				const [whole] = await inParts(asked, Infinity, async () => {});
				const parts = await inParts(asked, 0, async () => {
					await receive(database.sql, org, [{ ...line('word of later'), time: noon }], noon + 400 * hour);
					await sealAll(database.sql);
				});
				stopped += parts.length - 1;
				expect(parts.flatMap(({ lines }) => lines)).toEqual(whole?.lines);
				expect(sum(parts.map(({ counted }) => counted.matched))).toBe(whole?.counted.matched);
				expect(sum(parts.map(({ counted }) => counted.looked))).toBe(whole?.counted.looked);
				for (const field of ['level', 'service']) {
					expect(countsOf(parts, field)).toEqual(countsOf(whole ? [whole] : [], field));
				}
				const bars = [...(whole?.counted.histogram ?? [])];
				const summed = bars.map((_, bar) => sum(parts.map(({ counted }) => counted.histogram?.[bar] ?? 0)));
				expect(summed).toEqual(bars);
			}
		),
		{ numRuns: 15 }
	);
	expect(stopped, 'how often a search was stopped').toBeGreaterThan(5);
}, 60_000);

test('hosts are of all matches only if their lines were looked at', async () => {
	const org = await makeOrganization(database.sql);
	const lines = Array.from({ length: 50 }, (_, at) => ({ ...line(`host ${at}`), host: `node-${at % 2}` }));
	for (let day = 0; day < 3; day++) {
		const time = noon + day * 24 * hour;
		await receive(
			database.sql,
			org,
			lines.map((entry) => ({ ...entry, time })),
			time
		);
	}
	await sealAll(database.sql);
	const found = await search.find(asking(org, { limit: 0, histogram, fields: 10 }));
	expect(found.facets?.get('service')).toEqual(new Map([['default', 150]]));
	expect(found.facets?.has('host')).toBe(false);
	expect(found.fields?.has('host')).toBe(true);
	const looked = await search.find(asking(org, { text: 'host', limit: 0, histogram, fields: 10 }));
	expect(looked.facets?.get('host')).toEqual(
		new Map([
			['node-0', 75],
			['node-1', 75]
		])
	);
});
