import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { usageOf } from '../../src/lib/server/logs/usage.ts';
import { line, receive as append, sealAll } from '../support/logs/lines.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import { makeTenant } from '../support/people/tenants.ts';

const day = 24 * 60 * 60 * 1000;
/** Noon of this UTC day. */
const now = Math.floor(Date.now() / day) * day + day / 2;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** Lines with these numbers, received so long ago; each message has as many bytes as asked for. */
async function receive(org: string, from: number, to: number, ago: number, bytes = 100): Promise<void> {
	await database.sql`UPDATE log_heads SET seq = ${from - 1} WHERE org_id = ${org}`;
	const lines = Array.from({ length: to - from + 1 }, () => line(randomBytes(bytes / 2).toString('hex')));
	await append(database.sql, org, lines, now - ago);
}

test('the lines of yesterday, of today and all that are kept are told of each organization', async () => {
	const tenants = await Promise.all([1, 2, 3, 4, 5].map(() => makeTenant(database.sql)));
	const [busy, quiet, gone, fresh, none] = tenants.map(({ org }) => org) as [
		string,
		string,
		string,
		string,
		string
	];
	// 1 to 40 have been deleted by retention.
	await receive(busy, 41, 100, 2 * day);
	await receive(busy, 101, 400, day);
	await receive(busy, 401, 450, 0);
	await receive(quiet, 1, 30, day);
	await receive(gone, 1, 7, 5 * day);
	await receive(fresh, 1, 12, 0);
	const usage = await usageOf(database.sql, [busy, quiet, gone, fresh, none], now);
	const told = [busy, quiet, gone, fresh, none].map((org) => {
		const { linesYesterday, linesToday, lines, lastLineAt } = usage.get(org) ?? {};
		return [linesYesterday, linesToday, lines, lastLineAt?.getTime() ?? null];
	});
	expect(told).toEqual([
		[300, 50, 410, now],
		[30, 0, 30, now - day],
		[0, 0, 7, now - 5 * day],
		[0, 12, 12, now],
		[0, 0, 0, null]
	]);
	expect(usage.get(none)?.bytes).toBe(0);
});

test.skipIf(isCluster)('what lines take is near to what PostgreSQL takes for them', async () => {
	const { org } = await makeTenant(database.sql);
	const size = async () => {
		const [row] = await database.sql<[{ bytes: number }]>`
			SELECT sum(pg_total_relation_size(inhrelid))::bigint AS bytes
			FROM pg_inherits WHERE inhparent = 'log_chunks'::regclass`;
		return row.bytes;
	};
	const before = await size();
	await receive(org, 1, 20_000, 0, 300);
	await sealAll(database.sql);
	await database.sql`VACUUM log_chunks`;
	const [grown, about] = [
		(await size()) - before,
		(await usageOf(database.sql, [org], now)).get(org)?.bytes ?? 0
	];
	expect(about / grown).toBeGreaterThan(0.75);
	expect(about / grown).toBeLessThan(1.25);
});

test('nothing is told of an organization that was not asked for, or is none', async () => {
	const { org } = await makeTenant(database.sql);
	await receive(org, 1, 5, 0);
	expect((await usageOf(database.sql, [], now)).size).toBe(0);
	const other = await makeTenant(database.sql);
	expect([...(await usageOf(database.sql, [other.org], now)).keys()]).toEqual([other.org]);
});
