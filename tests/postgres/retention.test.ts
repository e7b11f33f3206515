import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logStore } from '../../src/lib/server/logs/store.ts';
import * as retention from '../../src/lib/server/logs/retention.ts';
import * as partitions from '../../src/lib/server/postgres/partitions.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { makeOrganization } from '../support/logs/lines.ts';

const day = 24 * 60 * 60 * 1000;
const [short, long] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const now = Date.now();

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	await database.sql`INSERT INTO organizations (id, slug, name, retention_days)
		VALUES (${short}, 'short', 'Short', 3), (${long}, 'long', 'Long', 10)`;
});
afterAll(() => database.drop());

/** A line received so many days ago, in the partition of its day. */
async function receive(org: string, daysAgo: number, sql = database.sql): Promise<void> {
	await partitions.prepare(sql, now - daysAgo * day);
	await sql`WITH head AS (UPDATE log_heads SET seq = seq + 1 WHERE org_id = ${org} RETURNING seq)
		INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
		SELECT ${org}, seq, ${new Date(now - daysAgo * day)}, now(), 9, 'web', ${`${daysAgo} days`}, '{}' FROM head`;
}

async function kept(org: string): Promise<string[]> {
	const { items } = await logStore(database.sql).after(org, 0, 100);
	return items.map(({ message }) => message);
}

test('each organization keeps its own days, and days that nobody keeps are dropped whole', async () => {
	for (const daysAgo of [12, 9, 5, 2, 0]) for (const org of [short, long]) await receive(org, daysAgo);

	await retention.apply(database.sql, now);

	expect(await kept(short)).toEqual(['2 days', '0 days']);
	expect(await kept(long)).toEqual(['9 days', '5 days', '2 days', '0 days']);
	const twelveDaysAgo = new Date(now - 12 * day).toISOString().slice(0, 10).replaceAll('-', '');
	const [partition] = await database.sql`SELECT to_regclass(${`logs_${twelveDaysAgo}`}) AS found`;
	expect(partition?.found).toBeNull();
	expect(await logStore(database.sql).head(short)).toBe(5);
});

test("one organization's failure holds up no other, and is reported", async () => {
	const own = await testDatabase();
	onTestFinished(() => own.drop());
	const [failing, other] = [await makeOrganization(own.sql), await makeOrganization(own.sql)];
	await own.sql`UPDATE organizations SET retention_days = 3`;
	await makeOrganization(own.sql); // it keeps its lines longer, so that no day is dropped whole
	for (const daysAgo of [9, 0]) for (const org of [failing, other]) await receive(org, daysAgo, own.sql);
	await own.sql.unsafe(`
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
		CREATE TRIGGER refuse BEFORE DELETE ON logs FOR EACH ROW WHEN (OLD.org_id = '${failing}') EXECUTE FUNCTION refuse();`);

	await expect(retention.apply(own.sql, now)).rejects.toThrow('some organizations');
	const left = await own.sql`SELECT DISTINCT message FROM logs WHERE org_id = ${other}`;
	expect(left.map(({ message }) => message as string)).toEqual(['0 days']);
});

test('a service is forgotten when its last line is', async () => {
	const own = await makeOrganization(database.sql);
	await database.sql`UPDATE organizations SET retention_days = 3 WHERE id = ${own}`;
	await database.sql`INSERT INTO log_services VALUES
		(${own}, 'quiet', ${new Date(now - 2 * day)}), (${own}, 'gone', ${new Date(now - 5 * day)})`;

	await retention.apply(database.sql, now);
	const left = await database.sql`SELECT service FROM log_services WHERE org_id = ${own}`;
	expect(left.map(({ service }) => service)).toEqual(['quiet']);
});

test('days are dropped that only deleted organizations have, also when there is no other', async () => {
	const own = await testDatabase();
	const [kept, deleted] = [await makeOrganization(own.sql), await makeOrganization(own.sql)];
	const partitionOf = async (daysAgo: number) => {
		const date = new Date(now - daysAgo * day).toISOString().slice(0, 10).replaceAll('-', '');
		const [found] = await own.sql`SELECT to_regclass(${`logs_${date}`})::text AS name`;
		return found?.name as string | null;
	};
	await own.sql`UPDATE organizations SET retention_days = 2 WHERE id = ${kept}`;
	await own.sql`UPDATE organizations SET retention_days = 400 WHERE id = ${deleted}`;
	for (const daysAgo of [5, 1, 0]) await receive(deleted, daysAgo, own.sql);

	await retention.apply(own.sql, now);
	expect(await partitionOf(5)).not.toBeNull();
	await own.sql`DELETE FROM organizations WHERE id = ${deleted}`;
	await retention.apply(own.sql, now);
	expect([await partitionOf(5), await partitionOf(1)]).toEqual([null, expect.any(String)]);
	await own.sql`DELETE FROM organizations`;
	await retention.apply(own.sql, now);
	expect([await partitionOf(1), await partitionOf(0)]).toEqual([null, expect.any(String)]);
	await own.drop();
});

test('more lines than one batch go, and none of those that are kept', async () => {
	const { sql } = database;
	const org = await makeOrganization(sql);
	await partitions.prepare(sql, now - 31 * day);
	await sql`
		INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
		SELECT ${org}, n, ${new Date(now)}::timestamptz - CASE WHEN n <= 12000 THEN interval '31 days' ELSE '0' END,
			now(), 9, 'web', 'm', '{}' FROM generate_series(1, 12010) AS n`;
	await retention.apply(sql, now);
	const [left] = await sql`SELECT min(seq) AS first, count(*) AS count FROM logs WHERE org_id = ${org}`;
	expect(left).toEqual({ first: 12_001, count: 10 });
});
