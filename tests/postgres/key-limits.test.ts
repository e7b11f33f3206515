import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { operator } from '../../src/lib/server/audit/audit.ts';
import { KeyCache } from '../../src/lib/server/access/key-cache.ts';
import { KeyGuard } from '../../src/lib/server/access/key-guard.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import * as rateLimits from '../../src/lib/server/limits/rate-limits.ts';
import { bearer, send } from '../support/server/calls.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { makeTenant } from '../support/people/tenants.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

let addresses = 0;
/** Each test comes from addresses of its own. */
const newAddress = () => `192.0.2.${++addresses}`;
const wrongKey = () => `tr_${randomBytes(32).toString('base64url')}`;

/** An instance, and what it asked PostgreSQL. */
function open(options: ConstructorParameters<typeof KeyGuard>[2] = { limit: 3 }, lifeMs = 15_000) {
	const asked = { keys: 0, counts: 0 };
	const find = (key: string) => {
		asked.keys++;
		return keys.find(database.sql, key);
	};
	const cache = new KeyCache(find, () => () => {}, { lifeMs });
	cache.start();
	const attempt = (key: string, limit: rateLimits.Limit) => {
		asked.counts++;
		return rateLimits.attempt(database.sql, key, limit);
	};
	onTestFinished(() => cache.close());
	return { guard: new KeyGuard(cache, attempt, options), asked };
}

async function tryWrong(guard: KeyGuard, address: string, times: number): Promise<string[]> {
	const kinds: string[] = [];
	for (let n = 0; n < times; n++) kinds.push((await guard.identify(wrongKey(), address)).kind);
	return kinds;
}

test('wrong keys are told so up to the limit, and then to wait, each address by itself', async () => {
	const { guard } = open();
	const address = newAddress();
	expect(await tryWrong(guard, address, 5)).toEqual(['none', 'none', 'none', 'limited', 'limited']);
	const limited = await guard.identify(wrongKey(), address);
	if (limited.kind !== 'limited') throw new Error('it was not limited');
	expect(limited.retryAfterS).toBeGreaterThan(50);
	expect(limited.retryAfterS).toBeLessThanOrEqual(60);
	expect(await tryWrong(guard, newAddress(), 1)).toEqual(['none']);
});

test('it holds across instances and restarts', async () => {
	const address = newAddress();
	expect(await tryWrong(open().guard, address, 2)).toEqual(['none', 'none']);
	expect(await tryWrong(open().guard, address, 3)).toEqual(['none', 'limited', 'limited']);
	expect(await tryWrong(open().guard, address, 1)).toEqual(['limited']);
});

test('an address over its limit costs no query', async () => {
	const { guard, asked } = open();
	const address = newAddress();
	await tryWrong(guard, address, 4);
	const before = { ...asked };
	expect(new Set(await tryWrong(guard, address, 1000))).toEqual(new Set(['limited']));
	expect(asked).toEqual(before);
});

test('a thousand different wrong keys at the same instant are counted up to the limit', async () => {
	const { guard, asked } = open();
	const address = newAddress();
	const answers = await Promise.all(Array.from({ length: 1000 }, () => guard.identify(wrongKey(), address)));
	expect(answers.filter(({ kind }) => kind === 'none')).toHaveLength(3);
	expect(asked.counts).toBeLessThanOrEqual(4);
});

test('a client that repeats one wrong key costs a query a second, and stays below the limit', async () => {
	const { guard, asked } = open();
	const [key, address] = [wrongKey(), newAddress()];
	const many = () => Promise.all(Array.from({ length: 500 }, () => guard.identify(key, address)));
	for (const { kind } of [...(await many()), ...(await many())]) expect(kind).toBe('none');
	expect(asked).toEqual({ keys: 1, counts: 1 });
});

test.each([
	['nothing', ''],
	['a word', 'x'],
	['a key cut short', 'tr_'],
	['a NUL', 'tr_\u0000'],
	['a long text', 'x'.repeat(10_000)]
])('%s in the place of a key counts as a wrong one', async (_name, malformed) => {
	const { guard, asked } = open({ limit: 1 });
	const address = newAddress();
	expect((await guard.identify(malformed, address)).kind).toBe('none');
	expect(asked.counts).toBe(1);
	expect(await tryWrong(guard, address, 1)).toEqual(['limited']);
});

test('a key that was right works from an address over its limit, also when it is looked up again', async () => {
	const { guard, asked } = open({ limit: 1 }, 1);
	const { key, keyId } = await makeTenant(database.sql);
	const address = newAddress();
	expect((await guard.identify(key, newAddress())).kind).toBe('key');
	await tryWrong(guard, address, 3);
	const before = asked.keys;
	await expect
		.poll(async () => {
			expect(await guard.identify(key, address)).toMatchObject({ kind: 'key', key: { id: keyId } });
			return asked.keys;
		})
		.toBeGreaterThan(before);
	const unknown = await makeTenant(database.sql);
	expect((await guard.identify(unknown.key, address)).kind).toBe('limited');
	expect((await guard.identify(unknown.key, newAddress())).kind).toBe('key');
});

test('right keys count nothing', async () => {
	const { guard, asked } = open({ limit: 1 });
	const address = newAddress();
	for (let n = 0; n < 5; n++) {
		const { key } = await makeTenant(database.sql);
		expect((await guard.identify(key, address)).kind).toBe('key');
	}
	expect(asked.counts).toBe(0);
});

test('a key that has expired is told so, counts nothing and is read no oftener than another', async () => {
	const { guard, asked } = open({ limit: 1 });
	const { org } = await makeTenant(database.sql);
	const expiresAt = new Date(Date.now() - 1);
	const expired = { name: 'k', scopes: ['read' as const], expiresAt };
	const { id, key } = await keys.create(database.sql, org, operator, expired);
	const address = newAddress();
	for (let n = 0; n < 5; n++)
		expect(await guard.identify(key, address)).toMatchObject({ kind: 'expired', key: { id, expiresAt } });
	// Read once more when wake-ups can reach us.
	expect(asked).toEqual({ keys: 2, counts: 0 });
});

test('when the window is over, an address may try again', async () => {
	const { guard } = open({ limit: 1, windowMs: 200 });
	const address = newAddress();
	expect(await tryWrong(guard, address, 2)).toEqual(['none', 'limited']);
	await expect.poll(async () => (await tryWrong(guard, address, 1))[0], { timeout: 5_000 }).toBe('none');
});

test('the addresses that it remembers are bounded', async () => {
	const { guard, asked } = open({ limit: 1, most: 2 });
	const first = newAddress();
	for (const address of [first, newAddress(), newAddress()]) await tryWrong(guard, address, 2);
	expect(asked.counts).toBe(3);
	// PostgreSQL still knows.
	expect(await tryWrong(guard, first, 1)).toEqual(['limited']);
	expect(asked.counts).toBe(4);
});

describe('over HTTP', () => {
	let server: Server;
	beforeAll(async () => {
		const env = { DATABASE_URL: database.url, TRUSTED_PROXIES: '127.0.0.1' };
		server = await startServer({ env });
		return () => server.stop();
	});

	const ask = (key: string, address: string) =>
		fetch(`${server.url}/api/logs`, { headers: { ...bearer(key), 'x-forwarded-for': address } });

	test('who tries too many keys is asked to wait, and others are not', async () => {
		const address = newAddress();
		const { key } = await makeTenant(database.sql);
		expect((await ask(key, address)).status).toBe(200);
		const tries = await Promise.all(Array.from({ length: 100 }, () => ask(wrongKey(), address)));
		expect(tries.filter(({ status }) => status === 401)).toHaveLength(60);
		const limited = tries.filter(({ status }) => status === 429);
		expect(limited).toHaveLength(40);
		for (const response of limited) {
			expect(response.headers.get('content-type')).toBe('application/problem+json');
			expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50);
			expect((await response.json()).detail).toMatch(/try again in \d+ seconds/);
		}
		const from = { 'x-forwarded-for': address };
		expect((await send(server.url, key, 'still here', from)).status).toBe(200);
		expect((await fetch(`${server.url}/api/logs`, { headers: from })).status).toBe(401);
		expect((await ask(wrongKey(), newAddress())).status).toBe(401);
	});
});
