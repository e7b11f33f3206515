import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { KeyUse, type KeyRequest, type Use } from '../../src/lib/server/access/key-use.ts';
import * as keyList from '../../src/lib/server/access/key-list.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { bus } from '../../src/lib/server/bus/bus.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';
import { makeTenant } from '../support/people/tenants.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const request = (status = 200, more: Partial<KeyRequest> = {}): KeyRequest => ({
	method: 'POST',
	path: '/api/logs',
	status,
	...more
});

const minute = { quietMs: 60_000, tickMs: 1 };

/** An instance: its writes as they are done, and a way to wait for the next. */
function open(options: ConstructorParameters<typeof KeyUse>[3] = minute) {
	const topics = bus();
	const writes: Use[][] = [];
	const begun: number[] = [];
	const failures: unknown[] = [];
	let wrote = Promise.withResolvers<void>();
	let fail = false;
	let subscriptions = 0;
	const subscribe = (topic: string, wake: () => void) => {
		subscriptions++;
		return topics.subscribe(topic, wake);
	};
	async function write(uses: Use[], quietSince: Date | null): Promise<Set<string>> {
		if (fail) throw new Error('away');
		begun.push(Date.now());
		const early = await keys.writeUses(database.sql, uses, quietSince);
		writes.push(uses);
		wrote.resolve();
		wrote = Promise.withResolvers<void>();
		return early;
	}
	const failed = Promise.withResolvers<void>();
	const uses = new KeyUse(write, subscribe, (error) => failed.resolve(void failures.push(error)), options);
	onTestFinished(() => uses.close());
	return {
		uses,
		topics,
		writes,
		begun,
		failures,
		subscriptions: () => subscriptions,
		failed: failed.promise,
		next: () => wrote.promise,
		break: (broken: boolean) => (fail = broken)
	};
}

async function makeKey(): Promise<keys.Key> {
	const { key } = await makeTenant(database.sql);
	const found = await keys.find(database.sql, key);
	if (!found) throw new Error('the key was not made');
	return found;
}

const stored = async ({ org, id }: keys.Key) => (await keyList.get(database.sql, org, id))?.lastUse ?? null;

test('a key that was never used says so', async () => {
	expect(await stored(await makeKey())).toBeNull();
});

test('the first use after a quiet minute is written at once: when, from where, what and how it ended', async () => {
	const { uses, next } = open();
	const key = await makeKey();
	const before = Date.now();
	const lines = { accepted: 2, rejected: 1, errors: [{ index: 2, reason: 'null is not an entry' }] };
	const wrote = next();
	uses.note(key, '192.0.2.7', request(200, { lines }));
	await wrote;
	const last = await stored(key);
	expect(last).toEqual({ at: expect.any(Date), address: '192.0.2.7', request: request(200, { lines }) });
	expect(last?.at.getTime()).toBeGreaterThanOrEqual(before);
	expect(last?.at.getTime()).toBeLessThanOrEqual(Date.now());
});

test('of the uses in one minute the last is written, when the minute is over: two writes for any number', async () => {
	const { uses, next, begun } = open({ quietMs: 200, tickMs: 1 });
	const key = await makeKey();
	let wrote = next();
	for (let status = 200; status < 1200; status++) uses.note(key, null, request(status));
	await wrote;
	expect((await stored(key))?.request.status).toBe(1199);
	wrote = next();
	for (let status = 1200; status < 2200; status++) uses.note(key, null, request(status));
	await wrote;
	expect((await stored(key))?.request.status).toBe(2199);
	const [first = 0, second = 0, third] = begun;
	expect(second - first).toBeGreaterThan(150);
	expect(third).toBeUndefined();
});

test('what is left is written at the end', async () => {
	const { uses, next } = open();
	const key = await makeKey();
	const wrote = next();
	uses.note(key, null, request(200));
	await wrote;
	uses.note(key, null, request(201));
	await uses.close();
	expect((await stored(key))?.request.status).toBe(201);
	expect(uses.size).toBe(0);
});

test('many keys of many organizations are written in one statement', async () => {
	const { uses, next, writes } = open();
	const some = await Promise.all(Array.from({ length: 20 }, makeKey));
	const wrote = next();
	for (const [index, key] of some.entries()) uses.note(key, `192.0.2.${index}`, request());
	await wrote;
	expect(writes).toHaveLength(1);
	for (const [index, key] of some.entries()) expect((await stored(key))?.address).toBe(`192.0.2.${index}`);
});

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

test('of two instances the later use stays, whichever writes last', async () => {
	const key = await makeKey();
	const use = (at: number, address: string) => ({
		id: key.id,
		org: key.org,
		at,
		address,
		request: request()
	});
	const now = Date.now();
	await keys.writeUses(database.sql, [use(now, 'later')]);
	await keys.writeUses(database.sql, [use(now - 1000, 'earlier')]);
	expect((await stored(key))?.address).toBe('later');
});

test('two instances together write a key once a minute, and its last use when the minute is over', async () => {
	const options = { quietMs: 300, tickMs: 1 };
	const [one, other] = [open(options), open(options)];
	const key = await makeKey();
	let wrote = one.next();
	one.uses.note(key, 'one', request());
	await wrote;
	wrote = other.next();
	other.uses.note(key, 'other', request());
	await wrote;
	expect((await stored(key))?.address).toBe('one');
	await other.next();
	expect((await stored(key))?.address).toBe('other');
	expect(other.begun[1]! - one.begun[0]!).toBeGreaterThanOrEqual(300);
});

test('two instances that write the same keys at the same time do not deadlock', async () => {
	const some = await Promise.all(Array.from({ length: 50 }, makeKey));
	const uses = some.map(({ id, org }) => ({ id, org, at: Date.now(), address: null, request: request() }));
	const rounds = Array.from({ length: 20 }, (_, round) =>
		keys.writeUses(database.sql, round % 2 ? uses : uses.toReversed())
	);
	await expect(Promise.all(rounds)).resolves.toHaveLength(20);
});

test('a key that was revoked meanwhile, or is said to be of another organization, is not written', async () => {
	const { uses } = open();
	const [revoked, other, whole] = [await makeKey(), await makeKey(), await makeKey()];
	uses.note(revoked, null, request());
	uses.note({ ...other, org: whole.org }, null, request());
	uses.note(whole, null, request());
	const admin = await new Teams(database.sql).member(revoked.org, 'admin');
	expect(await keys.revoke(database.sql, revoked.org, admin, revoked.id)).toEqual({ ok: true });
	await uses.close();
	expect(await stored(revoked)).toBeNull();
	expect(await stored(other)).toBeNull();
	expect(await stored(whole)).not.toBeNull();
});

test('a write that fails is told, and made up for', async () => {
	const instance = open({ ...minute, retryMs: 1 });
	const key = await makeKey();
	instance.break(true);
	instance.uses.note(key, null, request(200));
	await instance.failed;
	expect(instance.failures[0]).toEqual(new Error('away'));
	const wrote = instance.next();
	instance.break(false);
	await wrote;
	expect((await stored(key))?.request.status).toBe(200);
});

test('a write that hangs does not keep the server from stopping', async () => {
	const uses = new KeyUse(
		() => new Promise(() => {}),
		() => () => {},
		() => {},
		{ patienceMs: 10 }
	);
	uses.note(await makeKey(), null, request());
	await uses.close();
});

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

test('of a request nothing is kept that it carried: at most five reasons, without the text that they quote', async () => {
	const { uses } = open();
	const key = await makeKey();
	const reasonOf = (text: string) => {
		try {
			return String(JSON.parse(text));
		} catch (error) {
			return `not JSON: ${(error as Error).message}`;
		}
	};
	const texts = [
		'password=hunter2',
		`{"a": ${'hunter2 '.repeat(20)}}`,
		'\u0000 hunter2',
		'😀hunter2',
		'[hunter2',
		'x'
	];
	const errors = texts.map((text, index) => ({ index, reason: reasonOf(text) }));
	errors[4] = { index: 4, reason: `\ud800 ${'long '.repeat(100)}` };
	uses.note(
		key,
		null,
		request(400, { path: `/${'x'.repeat(1000)}`, lines: { accepted: 0, rejected: 6, errors } })
	);
	await uses.close();
	const last = await stored(key);
	expect(JSON.stringify(last)).not.toContain('hunter2');
	expect(JSON.stringify(last).length).toBeLessThan(1000);
	expect(last?.request.lines?.rejected).toBe(6);
	expect(last?.request.lines?.errors).toHaveLength(5);
	expect(last?.request.lines?.errors?.[0]).toEqual({ index: 0, reason: "not JSON: Unexpected token 'p'" });
});
