import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import { chunksOf } from '../../src/lib/server/logs/entries.ts';
import { atOnce } from '../../src/lib/server/logs/insert-at-once.ts';
import { inSteps } from '../../src/lib/server/logs/insert-in-steps.ts';
import { NoOrganization, type Insert } from '../../src/lib/server/logs/insertion.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { line, makeOrganization } from '../support/logs/lines.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const day = 24 * 60 * 60 * 1000;
const noon = Math.floor(Date.now() / day) * day - day / 2;
const of = (service: string, count: number): NewEntry[] =>
	Array.from({ length: count }, (_, n) => ({ ...line(`${service} ${n}`), service, time: noon + n }));

/** What two commits leave behind: of yesterday noon and of today, with known services and new ones, sealed chunks and fresh ones. */
async function leftBy(insert: Insert) {
	const { sql } = database;
	const org = await makeOrganization(sql);
	const append = async (arrived: number, entries: NewEntry[], how: 'seal' | undefined) => {
		const chunks = await chunksOf(entries, arrived, how);
		const commit = { id: crypto.randomUUID(), arrived };
		return transact(sql, (transaction) => insert(transaction, [{ org, chunks }], commit));
	};
	const ranges = [
		await append(noon, of('web', 3), undefined),
		await append(noon + 1, [...of('web', 2), ...of('api', 2)], undefined),
		await append(noon + day, of('db', 5_000), 'seal'),
		await append(noon, of('web', 1), undefined) // by a clock that is behind
	];
	const tables = await Promise.all([
		sql`SELECT seq, received_at FROM log_heads WHERE org_id = ${org}`,
		sql`SELECT day::text AS day, first_seq FROM log_days WHERE org_id = ${org} ORDER BY day`,
		sql`SELECT service, last_day::text AS day FROM log_services WHERE org_id = ${org} ORDER BY service`,
		sql`SELECT first_seq, last_seq, day::text AS day, received_at, time_from, time_to, lines, bytes, severities, services,
				counts, grams, format, head, messages, attributes
			FROM log_chunks WHERE org_id = ${org} ORDER BY first_seq`
	]);
	return { ranges, tables: tables.map((rows) => [...rows]) };
}

test.skipIf(isCluster)('at once and in steps leave the same behind', async () => {
	const [one, other] = [await leftBy(atOnce), await leftBy(inSteps)];
	expect(one).toEqual(other);
	expect(one.ranges.at(-1)).toEqual([{ first_seq: 5_008, last_seq: 5_008 }]);
});

test.skipIf(isCluster).each([
	['at once', atOnce],
	['in steps', inSteps]
])('%s, an organization that does not exist takes nothing', async (_, insert) => {
	const chunks = await chunksOf([line('hi')], noon);
	const commit = { id: crypto.randomUUID(), arrived: noon };
	const owns = [{ org: crypto.randomUUID(), chunks }];
	await expect(
		transact(database.sql, (transaction) => insert(transaction, owns, commit))
	).rejects.toBeInstanceOf(NoOrganization);
});
