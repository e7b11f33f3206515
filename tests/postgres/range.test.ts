import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logOverview } from '../../src/lib/server/logs/overview.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { troubleOf } from '../../src/lib/server/search/messages.ts';
import { line, receive } from '../support/logs/lines.ts';
import { asking, searching } from '../support/logs/searching.ts';
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
	await sql`UPDATE log_heads SET seq = 10 WHERE org_id = ${org}`;
	for (let n = 11; n <= 100; n++) {
		const sent = { ...line(`minute ${n % 5}`), severity: n % 2 === 0 ? 17 : 9, service: 'web' };
		await receive(sql, org, [sent], start + n * minute);
	}
});
afterAll(() => database.drop());

test('the first line since a time is found by halving, also where lines are gone', async () => {
	const overview = logOverview(database.sql, logStore(database.sql));
	expect(await overview.firstSince(org, at(50))).toBe(50);
	expect(await overview.firstSince(org, at(50.5))).toBe(51);
	expect(await overview.firstSince(org, at(1000))).toBe(101);
	const [first] = (await logStore(database.sql).after(org, (await overview.firstSince(org, at(-5))) - 1, 1))
		.items;
	expect(first?.seq).toBe(11);
});

test('a search backward ends at the line that it must lie after', async () => {
	const { search, close } = searching(database);
	onTestFinished(close);
	const order = { by: 'seq' as const, newestFirst: true };
	const { lines, next } = await search.find(asking(org, { order, first: 56, last: 59 }));
	expect(lines.map(({ seq }) => seq)).toEqual([59, 58, 57, 56]);
	expect(next).toBeNull();
});

test('messages of warnings and errors are counted by service and time, the most frequent first', async () => {
	const { search, close } = searching(database);
	onTestFinished(close);
	const { signal } = new AbortController();
	const within = { service: 'web', from: Date.parse(at(20)), to: Date.parse(at(32)) };
	expect(await troubleOf(search, org, within, signal)).toEqual(
		[
			{ message: 'minute 0', count: 2 },
			{ message: 'minute 2', count: 1 },
			{ message: 'minute 3', count: 1 },
			{ message: 'minute 4', count: 1 },
			{ message: 'minute 1', count: 1 }
		].sort((a, b) => b.count - a.count || a.message.localeCompare(b.message))
	);
	expect(await troubleOf(search, org, { ...within, service: 'api' }, signal)).toEqual([]);
	const stranger = '018f0000-0000-7000-8000-00000000000d';
	expect(await troubleOf(search, stranger, within, signal)).toEqual([]);
});
