import { afterAll, beforeAll, expect, test } from 'vitest';
import * as keys from '../../src/lib/server/access/keys.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import * as keyUses from '../support/people/key-uses.ts';
import { minute, request } from '../support/people/key-uses.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const open = (options?: Parameters<typeof keyUses.open>[1]) => keyUses.open(database.sql, options);
const makeKey = () => keyUses.makeKey(database.sql);

test('memory is bounded, and what was quiet for a minute is forgotten, with its subscription', async () => {
	const { uses, topics, next } = open({ quietMs: 10, tickMs: 1, most: 3 });
	const some = await Promise.all(Array.from({ length: 5 }, makeKey));
	const wrote = next();
	for (const key of some) uses.note(key, null, request());
	expect(uses.size).toBe(3);
	expect(topics.topics()).toHaveLength(3);
	await wrote;
	await expect.poll(() => uses.size, { interval: 5 }).toBe(0);
	expect(topics.topics()).toEqual([]);
});

test('above the bound no key is written oftener, and a watched one finds a place', async () => {
	const { uses, next, writes, subscriptions } = open({ ...minute, most: 3 });
	const some = await Promise.all(Array.from({ length: 5 }, makeKey));
	const watched = { ...(await makeKey()), watchedUntil: new Date(Date.now() + 60_000) };
	await keys.watch(database.sql, watched.org, watched.id);
	for (let round = 0; round < 5; round++) {
		const wrote = next();
		for (const key of [...some, watched]) uses.note(key, null, request());
		await wrote;
	}
	const written = writes.flat().map(({ id }) => id);
	const count = ({ id }: keys.Key) => written.filter((one) => one === id).length;
	expect([...some, watched].map(count)).toEqual([1, 1, 1, 0, 0, 5]);
	expect(subscriptions()).toBe(4);
});

test('the keys of an organization share a subscription', async () => {
	const { uses, subscriptions, topics } = open();
	const [key, ...rest] = await Promise.all(Array.from({ length: 3 }, makeKey));
	for (const { id } of [key!, ...rest]) uses.note({ ...key!, id }, null, request());
	expect(subscriptions()).toBe(1);
	await uses.close();
	expect(topics.topics()).toEqual([]);
});
