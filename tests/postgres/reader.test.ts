import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import * as partitions from '../../src/lib/server/postgres/partitions.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line, linesOf, makeOrganization, receive, sealAll } from '../support/logs/lines.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.now();

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** Ten lines on each of so many days, in two chunks a day that are sealed as one; the last day stays fresh. */
async function fill(sql: Sql, days: number): Promise<string> {
	const org = await makeOrganization(sql);
	for (let ago = days; ago > 0; ago--) {
		for (const half of [0, 1]) {
			if (ago === 1 && half === 0) await sealAll(sql);
			await receive(sql, org, Array(5).fill(line(`${ago} days ago`)), now - ago * day + half);
		}
	}
	return org;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seqs = ({ items }: { items: readonly { seq: number }[] }) => items.map(({ seq }) => seq);

/** All numbers, page by page, in one direction. */
async function all(
	org: string,
	direction: 'after' | 'before',
	limit: number,
	sql = database.sql
): Promise<number[]> {
	const store = logStore(sql);
	const visited: number[] = [];
	for (let cursor = direction === 'after' ? 0 : Number.MAX_SAFE_INTEGER; ;) {
		const page = await store[direction](org, cursor, limit);
		visited.push(...seqs(page));
		cursor = visited.at(-1) ?? cursor;
		if (!page.more) return visited;
	}
}

describe('reading by cursor', () => {
	test.each([1, 3, 7, 1_000])(
		'passes from day to day and on to what is fresh, %i lines a read',
		async (limit) => {
			const org = await fill(database.sql, 6);
			expect(await all(org, 'after', limit)).toEqual(range(1, 60));
			expect(await all(org, 'before', limit)).toEqual(range(1, 60).reverse());
		}
	);

	test('passes over days that retention has taken, and begins anywhere', async () => {
		const org = await fill(database.sql, 6);
		await database.sql`DELETE FROM log_chunks WHERE org_id = ${org} AND first_seq < 30 AND first_seq > 10`;
		const left = [...range(1, 10), ...range(31, 60)];
		expect(await all(org, 'after', 4)).toEqual(left);
		expect(await all(org, 'before', 4)).toEqual(left.toReversed());
		const store = logStore(database.sql);
		expect(seqs(await store.after(org, 17, 3))).toEqual([31, 32, 33]);
		expect(seqs(await store.before(org, 27, 3))).toEqual([10, 9, 8]);
	});

	test('finds a day that was sealed at once before the fresh chunks of an earlier one', async () => {
		const org = await makeOrganization(database.sql);
		for (const n of [1, 2, 3]) await receive(database.sql, org, [line(`${n}`)], now - (4 - n) * day);
		await partitions.ensure(database.sql, new Date(now - 2 * day).toISOString().slice(0, 10));
		await database.sql`UPDATE log_chunks SET day = ${new Date(now - 2 * day)}::timestamptz::date WHERE org_id = ${org} AND first_seq = 2`;
		expect(await all(org, 'after', 10)).toEqual([1, 2, 3]);
		expect(await all(org, 'before', 10)).toEqual([3, 2, 1]);
	});

	test.skipIf(isCluster)('locks one day’s partition and the fresh one, of four hundred', async () => {
		const own = await testDatabase();
		onTestFinished(() => own.drop());
		const org = await fill(own.sql, 4);
		await own.sql.unsafe(`
			DO $$ BEGIN FOR ago IN 10..400 LOOP
				EXECUTE format('CREATE TABLE log_chunks_%s PARTITION OF log_chunks FOR VALUES FROM (%L) TO (%L)',
					to_char(now() - ago * interval '1 day', 'YYYYMMDD'), current_date - ago, current_date - ago + 1);
			END LOOP; END $$`);
		const one = connect(own.url, { max: 1 });
		onTestFinished(() => one.end());
		const locked = async (read: (sql: Sql) => Promise<unknown>) => {
			await one`BEGIN`;
			await read(one);
			const rows = await one<{ name: string }[]>`
				SELECT relation::regclass::text AS name FROM pg_locks
				WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation::regclass::text ~ '^log_chunks_\\d'`;
			await one`COMMIT`;
			return new Set(rows.map(({ name }) => name.slice(0, 'log_chunks_00000000'.length))).size;
		};
		for (const direction of ['after', 'before'] as const) {
			expect(await locked((sql) => logStore(sql)[direction](org, 15, 3))).toBe(1);
			expect(await locked((sql) => logStore(sql)[direction](org, 36, 3))).toBeLessThanOrEqual(1);
		}
		expect(await locked((sql) => logStore(sql).after(org, 40, 3))).toBeLessThanOrEqual(1);
	});
});

test('a large chunk that is merged while it is read is read all the same', async () => {
	const own = await testDatabase();
	onTestFinished(() => own.drop());
	const org = await makeOrganization(own.sql);
	const large = 'x'.repeat(20_000);
	for (const n of range(1, 20))
		await receive(own.sql, org, [line(`${n} ${large}`), line(`${n} ${large}`)], now - 2 * day);
	const reading = Promise.all(range(1, 8).map(() => linesOf(own.sql, org)));
	await sealAll(own.sql);
	for (const lines of await reading) expect(lines.map(({ seq }) => seq)).toEqual(range(1, 40));
});
