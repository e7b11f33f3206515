import { afterAll, beforeAll, expect, test } from 'vitest';
import { logSearch } from '../../src/lib/server/logs/search.ts';
import { logOverview } from '../../src/lib/server/logs/overview.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';

const org = '018f0000-0000-7000-8000-00000000000c';
const minute = 60_000;
const start = Date.now() - 100 * minute;
const at = (minutes: number) => new Date(start + minutes * minute).toISOString();

let database: TestDatabase;
/** A hundred lines, one a minute, the first ten of which are not kept any more. */
beforeAll(async () => {
	database = await testDatabase();
	const { sql } = database;
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${org}, 'acme', 'Acme', 30)`;
	await sql`UPDATE log_heads SET seq = 100 WHERE org_id = ${org}`;
	await sql`
		INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
		SELECT ${org}, n, ${new Date(start)}::timestamptz + n * interval '1 minute', now(), CASE WHEN n % 2 = 0 THEN 17 ELSE 9 END,
			'web', 'minute ' || n % 5, '{}'
		FROM generate_series(11, 100) AS n`;
});
afterAll(() => database.drop());

test('the first line since a time is found by halving, also where lines are gone', async () => {
	const overview = logOverview(database.sql);
	expect(await overview.firstSince(org, at(50))).toBe(50);
	expect(await overview.firstSince(org, at(50.5))).toBe(51);
	expect(await overview.firstSince(org, at(1000))).toBe(101);
	const [first] = (await logStore(database.sql).after(org, (await overview.firstSince(org, at(-5))) - 1, 1))
		.items;
	expect(first?.seq).toBe(11);
});

test('a search backward ends at the line that it must lie after', async () => {
	const search = logSearch(logStore(database.sql));
	const wanted = { matches: () => true, before: 60, after: 55, limit: 100 };
	const { entries, next } = await search.backward(org, wanted);
	expect(entries.map(({ seq }) => seq)).toEqual([59, 58, 57, 56]);
	expect(next).toBeNull();
});

test('messages of a time are counted by service and severity, the most frequent first', async () => {
	const overview = logOverview(database.sql);
	const tally = await overview.tally(org, {
		service: 'web',
		severity: 13,
		from: new Date(at(20)),
		to: new Date(at(32))
	});
	expect(tally).toEqual(
		[
			{ message: 'minute 0', count: 2 },
			{ message: 'minute 2', count: 1 },
			{ message: 'minute 3', count: 1 },
			{ message: 'minute 4', count: 1 },
			{ message: 'minute 1', count: 1 }
		].sort((a, b) => b.count - a.count || a.message.localeCompare(b.message))
	);
	expect(
		await overview.tally('018f0000-0000-7000-8000-00000000000d', {
			service: 'web',
			severity: 1,
			from: new Date(0),
			to: new Date()
		})
	).toEqual([]);
});

test('a few minutes are counted without a look at the rest of their day', async () => {
	const { sql } = database;
	const busy = '018f0000-0000-7000-8000-00000000000e';
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${busy}, 'busy', 'Busy', 30)`;
	await sql`UPDATE log_heads SET seq = 20000 WHERE org_id = ${busy}`;
	await sql`
		INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
		SELECT ${busy}, n, ${new Date(start)}::timestamptz + n * interval '100 milliseconds', now(), 17, 'web', 'busy', '{}'
		FROM generate_series(1, 20000) AS n`;
	await sql`ANALYZE logs`;
	const range = { from: new Date(at(10)), to: new Date(at(11)) };

	const own = connect(database.url, { max: 1 });
	const read = async () => {
		await own`SELECT pg_stat_force_next_flush()`;
		const [row] = await own<{ lines: number }[]>`
			SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS lines FROM pg_stat_user_tables WHERE relname ~ '^logs'`;
		return row?.lines ?? 0;
	};
	const before = await read();
	const tally = await logOverview(own).tally(busy, { service: 'web', severity: 13, ...range });
	const lines = (await read()) - before;
	await own.end();
	expect(tally).toEqual([{ message: 'busy', count: 600 }]);
	expect(lines).toBeGreaterThanOrEqual(600);
	expect(lines).toBeLessThan(1_000);
});
