import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import * as counts from '../../src/lib/server/logs/chunks/counts.ts';
import * as grams from '../../src/lib/server/logs/chunks/grams.ts';
import { Sealing } from '../../src/lib/server/logs/sealing.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line, linesOf, makeOrganization, receive } from '../support/logs/lines.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Noon of this UTC day, so that no test meets midnight unless it means to. */
const noon = Math.floor(Date.now() / day) * day + day / 2;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const damaged = (error: unknown) => {
	throw error;
};
const sealing = (sql = database.sql) => new Sealing(sql, { damaged });

/** Lines that differ, of several services, levels and times. */
const varied = (count: number, from = 1): NewEntry[] =>
	Array.from({ length: count }, (_, index) => ({
		...line(`request ${from + index} took ${index % 7} ms`),
		time: noon - index,
		severity: 1 + (index % 24),
		service: ['web', 'api', 'cron'][index % 3] ?? 'web',
		attributes: index % 2 ? '{"n":1.0}' : '{}'
	}));

/** An organization's chunks in order: their lines, and whether they are sealed. */
async function chunksOf(org: string, sql = database.sql): Promise<string[]> {
	const rows = await sql<{ lines: number; fresh: boolean }[]>`
		SELECT lines, day = 'infinity' AS fresh FROM log_chunks WHERE org_id = ${org} ORDER BY first_seq`;
	return rows.map(({ lines, fresh }) => `${lines} ${fresh ? 'fresh' : 'sealed'}`);
}

describe('what is fresh', () => {
	test('is sealed when its day is over, and reads as before', async () => {
		const org = await makeOrganization(database.sql);
		for (let n = 1; n <= 5; n++) await receive(database.sql, org, varied(40, 40 * n), noon + n * minute);
		const before = await linesOf(database.sql, org);
		await sealing().run(noon + day);
		expect(await chunksOf(org)).toEqual(['200 sealed']);
		expect(await linesOf(database.sql, org)).toEqual(before);
	});

	test('is sealed when there is enough for a whole chunk, and the rest waits', async () => {
		const org = await makeOrganization(database.sql);
		for (let n = 0; n < 5; n++) await receive(database.sql, org, varied(2_000, 2_000 * n), noon + n);
		await sealing().run(noon + 2 * minute);
		expect(await chunksOf(org)).toEqual(['8000 sealed', '2000 fresh']);
	});

	test('is left alone while a commit of it may still be in doubt', async () => {
		const org = await makeOrganization(database.sql);
		for (let n = 0; n < 20; n++) await receive(database.sql, org, [line('young')], noon + n * 1_000);
		await sealing().run(noon + minute);
		expect(await chunksOf(org)).toEqual(Array(20).fill('1 fresh'));
		await sealing().run(noon + minute + 30_000);
		expect(await chunksOf(org)).toEqual(['20 fresh']);
	});

	test('of two days becomes two chunks', async () => {
		const org = await makeOrganization(database.sql);
		for (const at of [noon, noon + minute, noon + day, noon + day + minute]) {
			await receive(database.sql, org, varied(3), at);
		}
		await sealing().run(noon + 2 * day);
		expect(await chunksOf(org)).toEqual(['6 sealed', '6 sealed']);
		const days =
			await database.sql`SELECT day - ${new Date(noon)}::date AS day FROM log_chunks WHERE org_id = ${org} ORDER BY 1`;
		expect(days.map(({ day }) => day as number)).toEqual([0, 1]);
	});

	test('comes slowly and is still rewritten at most four times, into few chunks', async () => {
		const own = await testDatabase();
		onTestFinished(() => own.drop());
		const org = await makeOrganization(own.sql);
		let rewritten = 0;
		const slow = new Sealing(own.sql, { damaged, merged: (_, lines) => (rewritten += lines) });
		const lines = 1_200;
		for (let sent = 0; sent < lines; sent += 20) {
			for (let n = 0; n < 20; n++)
				await receive(own.sql, org, [line(`${sent + n}`)], noon + (sent + n) * 1_000);
			await slow.run(noon + (sent + 80) * 1_000);
		}
		expect((await chunksOf(org, own.sql)).length).toBeLessThan(50);
		await slow.run(noon + day);
		expect(await chunksOf(org, own.sql)).toEqual([`${lines} sealed`]);
		expect(rewritten / lines).toBeLessThanOrEqual(4);
		expect((await linesOf(own.sql, org)).map(({ message }) => Number(message))).toEqual(
			Array.from({ length: lines }, (_, n) => n)
		);
	});
});

test('a sealed chunk says what is in it, without being read', async () => {
	const org = await makeOrganization(database.sql);
	const sent = varied(300);
	for (let at = 0; at < 300; at += 100) await receive(database.sql, org, sent.slice(at, at + 100), noon);
	await sealing().run(noon + day);
	const [row] = await database.sql`SELECT * FROM log_chunks WHERE org_id = ${org}`;
	expect(row).toMatchObject({
		severities: 0b111111,
		services: ['web', 'api', 'cron'],
		time_from: new Date(noon - 299),
		time_to: new Date(noon)
	});
	const counted = counts.read(row?.counts as Buffer);
	expect(counted.reduce((sum, { lines }) => sum + lines, 0)).toBe(300);
	const traces = counted.filter(({ level, service }) => level === 0 && service === 0);
	expect(traces.reduce((sum, { lines }) => sum + lines, 0)).toBe(
		sent.filter(({ severity, service }) => severity <= 4 && service === 'web').length
	);
	expect(grams.mayHave(row?.grams as Buffer, grams.hashesOf('REQUEST 150'))).toBe(true);
	expect(grams.mayHave(row?.grams as Buffer, grams.hashesOf('never said'))).toBe(false);
});

describe('nothing is lost, doubled or out of order', () => {
	test('by two instances that seal while lines come and readers follow', async () => {
		const own = await testDatabase();
		onTestFinished(() => own.drop());
		const orgs = await Promise.all([1, 2, 3].map(() => makeOrganization(own.sql)));
		const store = logStore(own.sql);
		const rounds = 60;
		let at = noon;
		let isDone = false;

		const write = async (org: string) => {
			for (let n = 0; n < rounds; n++) await receive(own.sql, org, varied(1 + (n % 40), n), (at += 20_000));
		};
		const instances = [sealing(own.sql), sealing(own.sql)];
		const seal = async (instance: Sealing) => {
			while (!isDone) await instance.run(at + 2 * minute);
		};
		const follow = async (org: string) => {
			const seen: number[] = [];
			for (;;) {
				const ended = isDone;
				const { items } = await store.after(org, seen.length, 100);
				for (const { seq } of items) {
					expect(seq).toBe(seen.length + 1);
					seen.push(seq);
				}
				if (ended && items.length === 0) return seen.length;
			}
		};
		const writing = Promise.all(orgs.map(write)).then(() => (isDone = true));
		const [seen] = await Promise.all([Promise.all(orgs.map(follow)), writing, ...instances.map(seal)]);
		const sent = Array.from({ length: rounds }, (_, n) => 1 + (n % 40)).reduce((a, b) => a + b);
		expect(seen).toEqual(orgs.map(() => sent));
		await instances[0]?.run(at + 2 * day);
		for (const org of orgs) {
			const seqs = (await linesOf(own.sql, org)).map(({ seq }) => seq);
			expect(seqs).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
		}
	});

	test.skipIf(isCluster)('when a step is undone in its middle', async () => {
		const org = await makeOrganization(database.sql);
		for (let n = 0; n < 20; n++) await receive(database.sql, org, [line(`${n}`)], noon);
		const { sql } = database;
		await sql.unsafe(`
			CREATE FUNCTION refuse_merged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
			CREATE TRIGGER refuse BEFORE INSERT ON log_chunks FOR EACH ROW
			WHEN (NEW.org_id = '${org}' AND NEW.lines > 1) EXECUTE FUNCTION refuse_merged();`);
		await expect(sealing().run(noon + day)).rejects.toThrow('not sealed');
		expect(await chunksOf(org)).toEqual(Array(20).fill('1 fresh'));
		await sql.unsafe('DROP TRIGGER refuse ON log_chunks; DROP FUNCTION refuse_merged');
		await sealing().run(noon + day);
		expect(await chunksOf(org)).toEqual(['20 sealed']);
	});

	test.skipIf(isCluster)(
		'of an organization that is deleted meanwhile, of which nothing is left',
		async () => {
			const org = await makeOrganization(database.sql);
			for (let n = 0; n < 20; n++) await receive(database.sql, org, [line(`${n}`)], noon);
			let running: Promise<void> = Promise.resolve();
			await transact(database.sql, async (transaction) => {
				await transaction`DELETE FROM organizations WHERE id = ${org}`;
				running = sealing().run(noon + day);
				await expect
					.poll(
						() =>
							database.sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'FOR KEY SHARE'`
					)
					.toHaveLength(1);
			});
			await running;
			expect(await chunksOf(org)).toEqual(Array(20).fill('1 fresh')); // left to the purge as they were
		}
	);
});

describe('a chunk that is damaged', () => {
	test('costs its own lines, is reported with its key, and stops neither sealing nor readers', async () => {
		const own = await testDatabase();
		onTestFinished(() => own.drop());
		const [org, other] = [await makeOrganization(own.sql), await makeOrganization(own.sql)];
		for (let n = 0; n < 4; n++) await receive(own.sql, org, varied(50, 50 * n), noon + n);
		await receive(own.sql, other, varied(50), noon);
		await own.sql`UPDATE log_chunks SET messages = '\\x01020304' WHERE org_id = ${org} AND first_seq = 51`;

		const reports: string[] = [];
		const report = (error: Error) => reports.push(error.message);
		await new Sealing(own.sql, { damaged: report }).run(noon + day);
		expect(await chunksOf(org, own.sql)).toEqual(['50 sealed', '50 fresh', '100 sealed']);
		expect(await chunksOf(other, own.sql)).toEqual(['50 sealed']);
		expect(reports).toEqual([expect.stringContaining(`The chunk ${org}/51 `)]);

		const store = logStore(own.sql, report);
		const seqs = (await linesOf(own.sql, org)).map(({ seq }) => seq);
		expect(seqs).toEqual([...Array(200).keys()].map((n) => n + 1).filter((seq) => seq <= 50 || seq > 100));
		const { items } = await store.before(org, 101, 10);
		expect(items.map(({ seq }) => seq)).toEqual([50, 49, 48, 47, 46, 45, 44, 43, 42, 41]);
		expect(reports.at(-1)).toContain(`The chunk ${org}/51-100 `);
	});
});
