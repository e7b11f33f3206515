import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import { mostBytes, mostLines } from '../../src/lib/server/logs/chunks/chunk.ts';
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
const at = Math.floor(Date.now() / minute) * minute - 24 * 60 * minute;
const histogram = { from: at, width: minute, count: 10 };
const kibibyte = 1024;

/** Appends lines, some thousand at a time, and seals them. */
async function sealed(lines: readonly NewEntry[]): Promise<string> {
	const org = await makeOrganization(database.sql);
	for (let from = 0; from < lines.length; from += 2_500)
		await receive(database.sql, org, lines.slice(from, from + 2_500), at);
	await sealAll(database.sql);
	return org;
}

async function found(org: string, text: string, more: Partial<Asked> = {}): Promise<number[]> {
	const { lines } = await search.find(asking(org, { text, limit: 1_000, ...more }));
	return lines.map(({ seq }) => seq).sort((a, b) => a - b);
}

const total = (bars: Uint32Array | null) => bars?.reduce((sum, count) => sum + count, 0);

describe('10,000 services in one organization', () => {
	const count = 10_000;
	const lines = Array.from({ length: count }, (_, n) => ({
		...line(`request ${n} took ${n % 7} ms`),
		service: `service-${n}`,
		time: at + n
	}));
	let org: string;
	beforeAll(async () => void (org = await sealed(lines)));

	test('are read back as they came', async () => {
		const read = await linesOf(database.sql, org);
		expect(read.map(({ service }) => service)).toEqual(lines.map(({ service }) => service));
	});

	test('take little room in what a chunk says of itself', async () => {
		const chunks = await database.sql<{ lines: number; told: number }[]>`
			SELECT lines, pg_column_size(services) + pg_column_size(counts) AS told FROM log_chunks WHERE org_id = ${org}`;
		expect(chunks).toHaveLength(2);
		for (const { lines, told } of chunks) {
			expect(lines).toBeLessThanOrEqual(mostLines);
			expect(told / lines).toBeLessThan(24);
		}
	});

	test('are searched one by one, and counted all together', async () => {
		expect(await found(org, 'service:service-7777')).toEqual([7_778]);
		expect(await found(org, 'service:service-10000')).toEqual([]);
		expect(await found(org, 'service:service-42 OR service:service-9999')).toEqual([43, 10_000]);
		const counted = await search.find(asking(org, { limit: 10, histogram, fields: 10_000 }));
		expect(counted).toMatchObject({ matched: count, isComplete: true });
		expect(total(counted.histogram)).toBe(count);
		const services = counted.facets?.get('service');
		expect(services?.size).toBe(count);
		expect(new Set(services?.values())).toEqual(new Set([1]));
	});

	test('are counted alone by a query for one', async () => {
		const one = await search.find(asking(org, { text: 'service:service-5', histogram, fields: 10 }));
		expect([one.matched, total(one.histogram)]).toEqual([1, 1]);
		expect(one.facets?.get('service')).toEqual(new Map([['service-5', 1]]));
	});
});

describe('a message of 256 KiB among small ones', () => {
	const around = (from: number) =>
		Array.from({ length: 200 }, (_, n) => ({ ...line(`small ${from + n}`), time: at + n }));
	const large = `needle-first ${randomBytes(128 * kibibyte - 16).toString('hex')} needle-last`;
	const lines = [...around(0), { ...line(large), time: at + minute, severity: 17 }, ...around(200)];
	let org: string;
	beforeAll(async () => void (org = await sealed(lines)));

	test('is sealed with them into one chunk, and read back whole', async () => {
		expect(Buffer.byteLength(large)).toBeGreaterThan(255 * kibibyte);
		expect(await database.sql`SELECT lines FROM log_chunks WHERE org_id = ${org}`).toEqual([{ lines: 401 }]);
		const read = await linesOf(database.sql, org);
		expect(read.map(({ message }) => message)).toEqual(lines.map(({ message }) => message));
	});

	test('is found by its beginning, its end and its level, and so are its neighbours', async () => {
		for (const text of ['needle-first', 'needle-last', 'level:error', large.slice(-100), '/^needle.*last$/'])
			expect(await found(org, text), text.slice(0, 20)).toEqual([201]);
		expect(await found(org, 'small', { limit: 500 })).toHaveLength(400);
		expect(await found(org, '"small 399"')).toEqual([401]);
	});

	test('is counted like any other', async () => {
		const { histogram: bars, facets } = await search.find(asking(org, { histogram, fields: 1_000 }));
		expect([...(bars ?? [])].filter((count) => count > 0)).toEqual([400, 1]);
		expect(facets?.get('level')).toEqual(
			new Map([
				['info', 400],
				['error', 1]
			])
		);
	});

	test('and others of that size fill chunks of bounded size', async () => {
		const many = Array.from({ length: 40 }, (_, n) => line(`${n} ${large}`));
		const org = await sealed(many);
		const chunks = await database.sql<
			{ bytes: number }[]
		>`SELECT bytes FROM log_chunks WHERE org_id = ${org}`;
		for (const { bytes } of chunks) expect(bytes).toBeLessThanOrEqual(mostBytes);
		expect(await found(org, '"39 needle-first"')).toEqual([40]);
		expect(await linesOf(database.sql, org)).toHaveLength(40);
	});
});
