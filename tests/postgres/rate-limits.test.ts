import { afterAll, beforeAll, expect, test } from 'vitest';
import * as rateLimits from '../../src/lib/server/limits/rate-limits.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';

const limit = { limit: 3, windowMs: 60_000 };

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const attempt = (key: rateLimits.Key, of = limit) => rateLimits.attempt(database.sql, key, of);

async function endWindows(): Promise<void> {
	await database.sql`UPDATE rate_limits SET ends_at = now()`;
}

test('attempts are allowed up to the limit, each key by itself', async () => {
	for (let n = 0; n < 3; n++) expect(await attempt('a')).toEqual({ allowed: true, retryAfterS: 0 });
	expect((await attempt('a')).allowed).toBe(false);
	expect((await attempt('b')).allowed).toBe(true);
});

test('a refused attempt is told when the window ends, and does not prolong it', async () => {
	for (let n = 0; n < 5; n++) await attempt('c');
	await database.sql`UPDATE rate_limits SET ends_at = ends_at - interval '50 seconds'`;
	const { allowed, retryAfterS } = await attempt('c');
	expect(allowed).toBe(false);
	expect(retryAfterS).toBeGreaterThan(0);
	expect(retryAfterS).toBeLessThanOrEqual(10);
});

test('the first refusal of a window is told from those after it', async () => {
	const firsts = async () => {
		const answers = [];
		for (let n = 0; n < 6; n++) answers.push(await attempt('first'));
		return answers.map((one) => !one.allowed && one.isFirst);
	};
	expect(await firsts()).toEqual([false, false, false, true, false, false]);
	await endWindows();
	expect(await firsts()).toEqual([false, false, false, true, false, false]);
});

test('keys behind the one that is refused are not counted', async () => {
	const count = (rest: string) =>
		rateLimits.count(database.sql, [
			['network', limit],
			[`account ${rest}`, limit]
		]);
	const rows = async () => (await database.sql`SELECT key FROM rate_limits`).length;
	for (let n = 0; n < 3; n++) expect(await count(`${n}`)).toBeNull();
	const before = await rows();
	for (let n = 3; n < 6; n++) expect(await count(`${n}`)).toMatchObject({ status: 429, isFirst: n === 3 });
	expect(await rows()).toBe(before);
});

test('a new window begins after the old one, and after a reset', async () => {
	for (let n = 0; n < 4; n++) await attempt('d');
	await endWindows();
	expect((await attempt('d')).allowed).toBe(true);
	for (let n = 0; n < 4; n++) await attempt('d');
	await rateLimits.reset(database.sql, 'd');
	expect((await attempt('d')).allowed).toBe(true);
});

test('of many attempts at the same instant, on two instances, no more than the limit are allowed', async () => {
	const other = connect(database.url, { max: 10 });
	const instances = [database.sql, other];
	const attempts = Array.from({ length: 20 }, (_, n) =>
		rateLimits.attempt(instances[n % 2] ?? other, 'race', limit)
	);
	const answers = await Promise.all(attempts);
	await other.end();
	expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3);
});

test('all counts of one thing begin anew together, and no other', async () => {
	for (const by of ['here', 'there']) for (let n = 0; n < 4; n++) await attempt(['thing', by]);
	for (let n = 0; n < 4; n++) await attempt(['other thing', 'here']);
	await rateLimits.resetAll(database.sql, 'thing');
	expect((await attempt(['thing', 'here'])).allowed).toBe(true);
	expect((await attempt(['thing', 'there'])).allowed).toBe(true);
	expect((await attempt(['other thing', 'here'])).allowed).toBe(false);
});

test('a window is open from its first attempt to its end', async () => {
	const isOpen = () => rateLimits.isOpen(database.sql, ['window', 'here']);
	expect(await isOpen()).toBe(false);
	await attempt(['window', 'here']);
	expect(await isOpen()).toBe(true);
	await endWindows();
	expect(await isOpen()).toBe(false);
});

test('what is limited is kept as a digest, of one length', async () => {
	await attempt(`ada@example.com${'x'.repeat(100_000)}`);
	await attempt(['ada@example.com', 'x'.repeat(100_000)]);
	const rows = await database.sql<{ key: string }[]>`SELECT key FROM rate_limits`;
	expect(rows.length).toBeGreaterThan(0);
	for (const { key } of rows) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('windows that have ended are forgotten', async () => {
	await attempt('old');
	await endWindows();
	await attempt('new');
	expect(await rateLimits.forgetOld(database.sql)).toBeGreaterThan(0);
	expect(await database.sql`SELECT key FROM rate_limits`).toHaveLength(1);
});

test.each([
	['192.0.2.1', '192.0.2.1'],
	['::ffff:192.0.2.1', '192.0.2.1'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
	['2001:0DB8:1:2::1', '2001:db8:1:2'],
	['fe80::1%eth0', 'fe80:0:0:0'],
	['::1', '0:0:0:0'],
	['2001:db8::', '2001:db8:0:0']
])('%s belongs to the network %s', (address, network) => expect(rateLimits.networkOf(address)).toBe(network));
