import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import { logOverview } from '../../src/lib/server/logs/overview.ts';
import { logStore, type LogStore } from '../../src/lib/server/logs/store.ts';
import * as partitions from '../../src/lib/server/postgres/partitions.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line, makeOrganization, receive, sealAll } from '../support/logs/lines.ts';

const day = 24 * 60 * 60 * 1000;

let database: TestDatabase;
let store: LogStore;
beforeAll(async () => {
	database = await testDatabase();
	store = logStore(database.sql);
});
afterAll(() => database.drop());

const append = (org: string, ...entries: NewEntry[]) =>
	transact(database.sql, (transaction) => store.append(org, entries, transaction));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => line(`line ${index + 1}`));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('an append', () => {
	test('numbers its lines on from the head, in their order', async () => {
		const org = await makeOrganization(database.sql);
		expect(await append(org, ...numbered(3))).toEqual({ first_seq: 1, last_seq: 3 });
		expect(await append(org, line('line 4'))).toEqual({ first_seq: 4, last_seq: 4 });
		const { items } = await store.after(org, 0, 10);
		expect(items.map(({ seq, entry }) => `${seq} ${entry.message}`)).toEqual(
			range(1, 4).map((seq) => `${seq} line ${seq}`)
		);
	});

	test('that is rolled back leaves no hole', async () => {
		const org = await makeOrganization(database.sql);
		await append(org, line('kept'));
		const undone = transact(database.sql, async (transaction) => {
			await store.append(org, numbered(5), transaction);
			throw new Error('never mind');
		});
		await expect(undone).rejects.toThrow('never mind');
		expect(await append(org, line('next'))).toEqual({ first_seq: 2, last_seq: 2 });
	});

	test('to an organization that there is not fails and stores nothing', async () => {
		const nobody = '018f0000-0000-7000-8000-000000000000';
		await expect(append(nobody, line('lost'))).rejects.toThrow('there is no organization');
		expect(await store.head(nobody)).toBe(0);
	});

	test('from many at once gives every number once, and no time of receipt runs against them', async () => {
		const org = await makeOrganization(database.sql);
		const ranges = await Promise.all(
			Array.from({ length: 40 }, (_, index) => append(org, ...numbered(1 + (index % 5))))
		);
		const numbers = ranges.flatMap(({ first_seq, last_seq }) => range(first_seq, last_seq));
		expect(numbers.sort((a, b) => a - b)).toEqual(range(1, 120));
		const { items } = await store.after(org, 0, 1_000);
		const times = items.map(({ entry }) => entry.received_at);
		expect(times).toEqual([...times].sort());
	});

	test('keeps whatever a line may hold, exactly', async () => {
		const org = await makeOrganization(database.sql);
		const text = fc
			.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('NULL', '{}', '"', '\\', '{"a,b"}', '\\"', ''))
			.map((some) => some.replaceAll('\0', ''));
		// Without backslashes: JSON.parse takes an escaped name for another (V8 in Node 24.21, nodejs/node issue 63785).
		const names = text.map((name) => name.replaceAll('\\', ''));
		const lines = fc.record({
			time: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
			severity: fc.integer({ min: 1, max: 24 }),
			service: text,
			host: fc.option(text),
			message: text,
			attributes: fc.dictionary(names, text),
			trace_id: fc.option(text),
			span_id: fc.option(text)
		});
		await fc.assert(
			fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 10 }), async (batch) => {
				const head = await store.head(org);
				await append(org, ...batch.map((one) => ({ ...one, attributes: JSON.stringify(one.attributes) })));
				const { items } = await store.after(org, head, 100);
				const kept = items.map(({ entry: { seq: _, received_at: __, level: ___, ...one } }) => ({
					...one,
					time: Date.parse(one.time)
				}));
				expect(kept).toEqual(batch);
			}),
			{ numRuns: 50 }
		);
	});
});

describe('reading', () => {
	let org: string;
	beforeAll(async () => {
		org = await makeOrganization(database.sql);
		await append(org, ...numbered(10));
	});
	const seqs = ({ items }: { items: { seq: number }[] }) => items.map(({ seq }) => seq);

	test('after a line goes up from it, before a line goes down', async () => {
		expect(seqs(await store.after(org, 4, 3))).toEqual([5, 6, 7]);
		expect(seqs(await store.before(org, 4, 2))).toEqual([3, 2]);
	});

	test('says whether there may be more', async () => {
		expect(await store.after(org, 6, 3)).toMatchObject({ more: true });
		expect(await store.after(org, 7, 3)).toMatchObject({ more: false });
		expect(await store.before(org, 4, 4)).toMatchObject({ more: false });
		expect(await store.after(org, 10, 4)).toEqual({ items: [], more: false });
	});

	test('sees nothing of another organization', async () => {
		const other = await makeOrganization(database.sql);
		await append(other, line('theirs'));
		expect((await store.after(other, 0, 10)).items.map(({ entry }) => entry.message)).toEqual(['theirs']);
		expect((await store.before(other, 100, 10)).items).toHaveLength(1);
		expect(await store.heads([org, other])).toEqual(
			new Map([
				[org, 10],
				[other, 1]
			])
		);
	});

	test('names the services within the retention, each once, also one that has been quiet since', async () => {
		const own = await makeOrganization(database.sql);
		await append(own, ...['cron', 'gone'].map((service) => ({ ...line('a'), service })));
		await append(own, ...['web', 'api', 'web'].map((service) => ({ ...line('a'), service })));
		await append(own, ...Array.from({ length: 6_000 }, () => ({ ...line('a'), service: 'web' })));
		await database.sql`UPDATE log_services SET last_day = last_day - 29 WHERE org_id = ${own} AND service = 'cron'`;
		await database.sql`UPDATE log_services SET last_day = last_day - 31 WHERE org_id = ${own} AND service = 'gone'`;
		expect(await logOverview(database.sql, store).services(own)).toEqual(['api', 'cron', 'web']);
	});

	test('ends a page of large messages early, at the same place up and down, and says that there is more', async () => {
		const own = await makeOrganization(database.sql);
		const large = 'm'.repeat(256 * 1024);
		await append(own, ...Array.from({ length: 40 }, () => line(large)));
		for (const page of [await store.after(own, 0, 1_000), await store.before(own, 41, 1_000)]) {
			expect(page.items).toHaveLength(16); // 4 MiB
			expect(page.more).toBe(true);
		}
		const visited: number[] = [];
		for (let cursor: number | undefined = 0; cursor !== undefined; cursor = visited.at(-1)) {
			const page = await store.after(own, cursor, 1_000);
			visited.push(...seqs(page));
			if (!page.more) break;
		}
		expect(visited).toEqual(range(1, 40));
	});
});

describe('partitions', () => {
	let own: TestDatabase;
	beforeAll(async () => void (own = await testDatabase()));
	afterAll(() => own.drop());

	/** The days that have one, as 20261120. */
	async function days(): Promise<string[]> {
		const rows = await own.sql<{ name: string }[]>`
			SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'log_chunks'::regclass ORDER BY 1`;
		return rows.map(({ name }) => name.replace('log_chunks_', '')).filter((name) => name !== 'fresh');
	}
	const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
	const week = (from: number) => range(0, 7).map((ahead) => dayOf(from + ahead * day));

	test('are made from today to a week ahead, by many at once as by one', async () => {
		const later = Date.now() + 100 * day;
		await Promise.all(range(1, 8).map(() => partitions.prepare(own.sql, later)));
		await partitions.prepare(own.sql, later);
		const made = await days();
		expect(made).toEqual(expect.arrayContaining(week(later)));
		expect(new Set(made).size).toBe(made.length);
	});

	test('that are missing cost no line, and are made when they are needed', async () => {
		const today = dayOf(Date.now());
		await own.sql.unsafe(`DROP TABLE log_chunks_${today}`);
		const org = await makeOrganization(own.sql);
		await receive(own.sql, org, [line('on a day without a partition')]);
		await sealAll(own.sql);
		expect(await days()).toContain(today);
		const { items } = await logStore(own.sql).after(org, 0, 10);
		expect(items.map(({ entry }) => entry.message)).toEqual(['on a day without a partition']);
	});
});
