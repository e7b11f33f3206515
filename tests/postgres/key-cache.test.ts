import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { operator } from '../../src/lib/server/audit/audit.ts';
import { KeyCache } from '../../src/lib/server/access/key-cache.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { bus } from '../../src/lib/server/bus/bus.ts';
import { PostgresBridge } from '../../src/lib/server/bus/postgres.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { openAccounts, signUp } from '../support/people/people.ts';
import { makeTenant } from '../support/people/tenants.ts';

let database: TestDatabase;
let org: string;

beforeAll(async () => {
	database = await testDatabase();
	({ org } = await makeTenant(database.sql));
});
afterAll(() => database.drop());

const create = () => keys.create(database.sql, org, operator, { name: 'a key', scopes: ['write', 'read'] });
const revoke = (id: string) => database.sql`DELETE FROM api_keys WHERE id = ${id}`;

describe('the cache', () => {
	/** Real topics in this process, woken by hand where PostgreSQL is not asked to. */
	let topics: ReturnType<typeof bus>;
	let queries: string[];
	beforeEach(() => {
		topics = bus();
		queries = [];
	});

	function makeCache(options: ConstructorParameters<typeof KeyCache>[2] = {}): KeyCache {
		const find = (key: string) => {
			queries.push(key);
			return keys.find(database.sql, key);
		};
		const cache = new KeyCache(find, topics.subscribe, options);
		cache.start();
		onTestFinished(() => cache.close());
		return cache;
	}

	test('answers a thousand requests at once, and a thousand after them, with two queries', async () => {
		const cache = makeCache();
		const { id, key } = await create();
		const many = () => Promise.all(Array.from({ length: 1000 }, () => cache.find(key)));
		for (const found of await many()) expect(found?.id).toBe(id);
		await many();
		// The second is asked once wake-ups can reach us, for what may have changed before.
		expect(queries).toHaveLength(2);
	});

	test('drops the keys of an organization that is woken, and no others', async () => {
		const cache = makeCache();
		const other = await signUp(openAccounts(database.sql), `other-${Date.now()}`);
		const { id, key } = await create();
		await cache.find(key);
		await cache.find(other.key);
		queries.length = 0;
		await revoke(id);
		expect(await cache.find(key)).not.toBeNull();
		topics.wake(`access:${org}`);
		expect(await cache.find(key)).toBeNull();
		expect(await cache.find(other.key)).not.toBeNull();
		expect(queries).toEqual([key]);
	});

	test('does not keep what was read before a wake-up that came during the read', async () => {
		const { id, key } = await create();
		let intervene = async () => {};
		const find = async (asked: string) => {
			const found = await keys.find(database.sql, asked);
			await intervene();
			return found;
		};
		const cache = new KeyCache(find, topics.subscribe);
		cache.start();
		onTestFinished(() => cache.close());
		await cache.find((await create()).key); // so that the organization is watched
		intervene = async () => {
			await revoke(id);
			topics.wake(`access:${org}`);
		};
		expect(await cache.find(key)).toBeNull();
	});

	test('does not believe a key that was revoked between its query and the subscription', async () => {
		const { id, key } = await create();
		const find = async (asked: string) => {
			const found = await keys.find(database.sql, asked);
			await revoke(id);
			return found;
		};
		const cache = new KeyCache(find, topics.subscribe);
		cache.start();
		onTestFinished(() => cache.close());
		expect(await cache.find(key)).toBeNull();
	});

	test('forgets the least recently used key over its bound, and bounds wrong keys apart', async () => {
		const cache = makeCache({ most: 2 });
		const [first, second, third] = [await create(), await create(), await create()];
		for (const { key } of [first, second, first, third]) await cache.find(key);
		for (let n = 0; n < 5; n++) await cache.find(`tr_${String(n).repeat(43)}`);
		queries.length = 0;
		await cache.find(first.key);
		await cache.find(third.key);
		expect(queries).toEqual([]);
		await cache.find(second.key);
		expect(queries).toEqual([second.key]);
	});

	test('asks for a wrong key once in a while only', async () => {
		const cache = makeCache({ missLifeMs: 60_000 });
		const wrong = `tr_${'x'.repeat(43)}`;
		for (let n = 0; n < 5; n++) expect(await cache.find(wrong)).toBeNull();
		expect(queries).toEqual([wrong]);
	});

	test('ends its subscription when the last key of the organization has grown old', async () => {
		const ended = Promise.withResolvers<string>();
		const cache = new KeyCache(
			(key) => keys.find(database.sql, key),
			(topic) => () => ended.resolve(topic),
			{ lifeMs: 20 }
		);
		cache.start();
		onTestFinished(() => cache.close());
		await cache.find((await create()).key);
		expect(await ended.promise).toBe(`access:${org}`);
	});

	test('a failed query is not kept', async () => {
		const { id, key } = await create();
		let failures = 1;
		const find = (asked: string) =>
			failures-- > 0 ? Promise.reject(new Error('away')) : keys.find(database.sql, asked);
		const cache = new KeyCache(find, topics.subscribe);
		cache.start();
		onTestFinished(() => cache.close());
		await expect(cache.find(key)).rejects.toThrow('away');
		expect((await cache.find(key))?.id).toBe(id);
	});
});

test('a key revoked anywhere is refused here as soon as PostgreSQL has told', async () => {
	const woken = new EventTarget();
	const log = pino({ level: 'silent' });
	const bridge: PostgresBridge = new PostgresBridge(database.url, {
		log,
		wake(topic) {
			topics.wake(topic);
			woken.dispatchEvent(new Event(topic));
		}
	});
	const topics = bus(bridge);
	const cache = new KeyCache((key) => keys.find(database.sql, key), topics.subscribe);
	cache.start();
	onTestFinished(async () => {
		cache.close();
		await bridge.close();
	});
	const nextWake = () =>
		new Promise((resolve) => woken.addEventListener(`access:${org}`, resolve, { once: true }));

	const { id, key } = await create();
	const listening = nextWake();
	expect((await cache.find(key))?.id).toBe(id);
	await listening;
	expect((await cache.find(key))?.id).toBe(id);
	const told = nextWake();
	await revoke(id);
	await told;
	expect(await cache.find(key)).toBeNull();
});
