import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyUse } from '../../src/lib/server/access/key-use.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';
import * as keyUses from '../support/people/key-uses.ts';
import { minute, request } from '../support/people/key-uses.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const open = (options?: Parameters<typeof keyUses.open>[1]) => keyUses.open(database.sql, options);
const makeKey = () => keyUses.makeKey(database.sql);
const stored = (key: keys.Key) => keyUses.lastUseOf(database.sql, key);

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
