import { afterAll, beforeAll, expect, test } from 'vitest';
import * as keys from '../../src/lib/server/access/keys.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import * as keyUses from '../support/people/key-uses.ts';
import { request } from '../support/people/key-uses.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const open = (options?: Parameters<typeof keyUses.open>[1]) => keyUses.open(database.sql, options);
const makeKey = () => keyUses.makeKey(database.sql);
const stored = (key: keys.Key) => keyUses.lastUseOf(database.sql, key);

test('while a key is watched, each use is written at once', async () => {
	const { uses, next } = open();
	const { id, org, ...rest } = await makeKey();
	await keys.watch(database.sql, org, id);
	const [row] = await database.sql<[{ watchedUntil: Date }]>`
		SELECT watched_until AS "watchedUntil" FROM api_keys WHERE id = ${id}`;
	const key = { id, org, ...rest, watchedUntil: row.watchedUntil };
	for (const status of [200, 201, 202]) {
		const wrote = next();
		uses.note(key, null, request(status));
		await wrote;
		expect((await stored(key))?.request.status).toBe(status);
	}
});

test('when a watch begins, what waits is written, wherever it waits', async () => {
	const { uses, next, topics } = open();
	const key = await makeKey();
	let wrote = next();
	uses.note(key, null, request(200));
	await wrote;
	wrote = next();
	uses.note(key, null, request(201));
	await keys.watch(database.sql, key.org, key.id);
	topics.wake(`watched:${key.org}`);
	await wrote;
	expect((await stored(key))?.request.status).toBe(201);
});

test('a watch lasts ten minutes, and is prolonged only when half of them are over', async () => {
	const { id, org } = await makeKey();
	const until = async () => {
		const [row] = await database.sql<[{ seconds: number }]>`
			SELECT extract(epoch FROM watched_until - now())::float8 AS seconds FROM api_keys WHERE id = ${id}`;
		return row.seconds;
	};
	const shift = (by: string) =>
		database.sql`UPDATE api_keys SET watched_until = now() + ${by}::interval WHERE id = ${id}`;
	await keys.watch(database.sql, org, id);
	expect(Math.round((await until()) / 60)).toBe(10);
	await shift('6 minutes');
	await keys.watch(database.sql, org, id);
	expect(Math.round((await until()) / 60)).toBe(6);
	await shift('4 minutes');
	await keys.watch(database.sql, org, id);
	expect(Math.round((await until()) / 60)).toBe(10);
});
