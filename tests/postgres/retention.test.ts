import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logStore } from '../../src/lib/server/logs/store.ts';
import * as retention from '../../src/lib/server/logs/retention.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import {
	countLines,
	line,
	linesOf,
	makeOrganization,
	receive as append,
	sealAll
} from '../support/logs/lines.ts';

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

/** A line received so many days ago. */
async function receive(org: string, daysAgo: number, sql = database.sql): Promise<void> {
	await append(sql, org, [line(`${daysAgo} days`)], now - daysAgo * day);
}

async function kept(org: string, sql = database.sql): Promise<string[]> {
	return (await linesOf(sql, org)).map(({ message }) => message);
}

test('each organization keeps its own days, and days that nobody keeps are dropped whole', async () => {
	for (const daysAgo of [12, 9, 5, 2, 0]) for (const org of [short, long]) await receive(org, daysAgo);
	await sealAll(database.sql);

	await retention.apply(database.sql, now);

	expect(await kept(short)).toEqual(['2 days', '0 days']);
	expect(await kept(long)).toEqual(['9 days', '5 days', '2 days', '0 days']);
	const twelveDaysAgo = new Date(now - 12 * day).toISOString().slice(0, 10).replaceAll('-', '');
	const [partition] = await database.sql`SELECT to_regclass(${`log_chunks_${twelveDaysAgo}`}) AS found`;
	expect(partition?.found).toBeNull();
	expect(await logStore(database.sql).head(short)).toBe(5);
});

test.skipIf(isCluster)("one organization's failure holds up no other, and is reported", async () => {
	const own = await testDatabase();
	onTestFinished(() => own.drop());
	const [failing, other] = [await makeOrganization(own.sql), await makeOrganization(own.sql)];
	await own.sql`UPDATE organizations SET retention_days = 3`;
	await makeOrganization(own.sql); // it keeps its lines longer, so that no day is dropped whole
	for (const daysAgo of [9, 0]) for (const org of [failing, other]) await receive(org, daysAgo, own.sql);
	await own.sql.unsafe(`
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
		CREATE TRIGGER refuse BEFORE DELETE ON log_chunks FOR EACH ROW WHEN (OLD.org_id = '${failing}') EXECUTE FUNCTION refuse();`);

	await expect(retention.apply(own.sql, now)).rejects.toThrow('some organizations');
	expect(await kept(other, own.sql)).toEqual(['0 days']);
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
		const [found] = await own.sql`SELECT to_regclass(${`log_chunks_${date}`})::text AS name`;
		return found?.name as string | null;
	};
	await own.sql`UPDATE organizations SET retention_days = 2 WHERE id = ${kept}`;
	await own.sql`UPDATE organizations SET retention_days = 400 WHERE id = ${deleted}`;
	for (const daysAgo of [5, 1, 0]) await receive(deleted, daysAgo, own.sql);
	await sealAll(own.sql);

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

test('more chunks than one batch go, sealed or fresh, and none of those that are kept', async () => {
	const own = await testDatabase();
	onTestFinished(() => own.drop());
	const [org, other] = [await makeOrganization(own.sql), await makeOrganization(own.sql)];
	await own.sql`UPDATE organizations SET retention_days = 60 WHERE id = ${other}`; // no day is dropped whole
	await append(own.sql, org, [line('sealed')], now - 40 * day);
	await sealAll(own.sql);
	for (let n = 0; n < 210; n++) await append(own.sql, org, [line('old')], now - 32 * day);
	await append(own.sql, org, Array(10).fill(line('new')), now);
	await retention.apply(own.sql, now);
	expect(await kept(org, own.sql)).toEqual(Array(10).fill('new'));
	expect(await countLines(own.sql, org)).toBe(10);
});
