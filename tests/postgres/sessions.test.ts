import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Jar } from '../../src/lib/server/people/cookies.ts';
import type { Accounts } from '../support/people/accounts.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, signUp } from '../support/people/people.ts';

const here = from('192.0.2.1');
const day = 24 * 60 * 60 * 1000;

let database: TestDatabase;
let own: Accounts['sessions'];
let userId: string;

beforeAll(async () => {
	database = await testDatabase();
	const people = openAccounts(database.sql);
	own = people.sessions;
	userId = (await signUp(people, 'ada')).user.id;
});
afterAll(() => database.drop());

async function idOf(token: string): Promise<string> {
	const found = await own.validate(token, here);
	if (!found) throw new Error('the session has ended');
	return found.session.id;
}

/** A browser's cookies, with what it was told of each. */
function browser(cookies: Record<string, string>): Jar & { told: Map<string, object | null> } {
	const told = new Map<string, object | null>();
	return {
		told,
		get: (name) => cookies[name],
		set: (name, value, options) => told.set(name, { value, ...options }),
		delete: (name) => told.set(name, null)
	};
}

test('a session says whose it is', async () => {
	const { token } = await own.create(userId, here);
	const user = { id: userId, email: 'ada@example.com', name: 'ada', instanceAdmin: true };
	expect(await own.validate(token, here)).toMatchObject({ user, session: { fresh: false } });
});

test('the database holds only a digest of what the cookie holds', async () => {
	const { token } = await own.create(userId, here);
	const rows = await database.sql`SELECT * FROM sessions`;
	expect(JSON.stringify(rows)).not.toContain(token);
	expect(rows.map(({ id }) => id)).toContain(await idOf(token));
	expect(await own.validate(await idOf(token), here)).toBeNull();
});

test('lasts thirty days from its last use', async () => {
	const { token, expiresAt } = await own.create(userId, here);
	expect(Math.round((expiresAt.getTime() - Date.now()) / day)).toBe(30);
	const id = await idOf(token);
	const inTwoWeeks = new Date(Date.now() + 14 * day);
	await database.sql`UPDATE sessions SET expires_at = ${inTwoWeeks} WHERE id = ${id}`;
	const found = await own.validate(token, here);
	expect(found?.session.fresh).toBe(true);
	const [row] = await database.sql<{ expires_at: Date }[]>`SELECT expires_at FROM sessions WHERE id = ${id}`;
	expect(row?.expires_at).toEqual(found?.session.expiresAt);
	expect(Math.round((row!.expires_at.getTime() - Date.now()) / day)).toBe(30);
});

test('is refused once it has expired, been ended, or lost its user', async () => {
	const [expired, ended, orphaned] = [
		await own.create(userId, here),
		await own.create(userId, here),
		await own.create((await signUp(openAccounts(database.sql), 'bob')).user.id, here)
	];
	await database.sql`UPDATE sessions SET expires_at = now() WHERE id = ${await idOf(expired.token)}`;
	await own.end(ended.token);
	await database.sql`DELETE FROM users WHERE email = 'bob@example.com'`;
	for (const { token } of [expired, ended, orphaned]) expect(await own.validate(token, here)).toBeNull();
	await own.end(ended.token);
});

test('ends with all others of its user, and nobody else’s', async () => {
	const carl = (await signUp(openAccounts(database.sql), 'carl')).user.id;
	const [one, two, other] = [
		await own.create(carl, here),
		await own.create(carl, here),
		await own.create(userId, here)
	];
	await own.endAll(carl);
	expect(await own.validate(one.token, here)).toBeNull();
	expect(await own.validate(two.token, here)).toBeNull();
	expect(await own.validate(other.token, here)).not.toBeNull();
});

test('is listed with where it is used, and ended by its user alone, one or all others', async () => {
	const people = openAccounts(database.sql);
	const [dora, emil] = [await signUp(people, 'dora'), await signUp(people, 'emil')];
	const owner = { ...here, id: dora.user.id, name: dora.user.email };
	const other = await own.create(dora.user.id, { address: '192.0.2.9', userAgent: 'curl/8' });
	const third = await own.create(dora.user.id, here);
	const [first, foreign] = [await idOf(dora.session.token), await idOf(emil.session.token)];
	const listed = await people.sessions.list(dora.user.id);
	expect(listed.map(({ id }) => id)).not.toContain(foreign);
	const seen = { address: '192.0.2.9', userAgent: 'curl/8', lastUsedAt: expect.any(Date) };
	expect(listed.find(({ address }) => address === '192.0.2.9')).toMatchObject(seen);

	for (const id of [foreign, '', 'x', '\u0000', third.token])
		expect(await people.account.endSession(id, owner)).toBe(false);
	expect(await own.validate(emil.session.token, here)).not.toBeNull();
	const id = await idOf(other.token);
	expect(await people.account.endSession(id, owner)).toBe(true);
	expect(await people.account.endSession(id, owner)).toBe(false);
	expect(await own.validate(other.token, here)).toBeNull();

	expect(await people.account.endOtherSessions(first, owner)).toBe(1);
	expect(await people.account.endOtherSessions(first, owner)).toBe(0);
	expect((await people.sessions.list(dora.user.id)).map(({ id }) => id)).toEqual([first]);
	expect(await own.validate(emil.session.token, here)).not.toBeNull();
	const events = await database.sql`
		SELECT action FROM audit_events WHERE actor_id = ${owner.id} AND is_copy ORDER BY id`;
	expect(events.map(({ action }) => action)).toEqual(['ended a session', 'ended all other sessions']);
});

test.each(['', 'a'.repeat(39), 'A'.repeat(40), "' OR 1=1 --", 'a'.repeat(40), '\u0000'.repeat(40)])(
	'%j is nobody’s token',
	async (token) => expect(await own.validate(token, here)).toBeNull()
);

test('forgets what has expired', async () => {
	const [old, current] = [await own.create(userId, here), await own.create(userId, here)];
	const id = await idOf(old.token);
	await database.sql`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = ${id}`;
	await own.forgetOld();
	expect(await database.sql`SELECT id FROM sessions WHERE id = ${id}`).toHaveLength(0);
	expect(await own.validate(current.token, here)).not.toBeNull();
});

test('the cookie is renewed with a session that was prolonged, and taken away with one that ended', async () => {
	const { token } = await own.create(userId, here);
	const steady = browser({ tailrace_session: token });
	expect((await own.ofRequest(steady, true, here))?.user.id).toBe(userId);
	expect(steady.told.size).toBe(0);

	const soon = new Date(Date.now() + day);
	await database.sql`UPDATE sessions SET expires_at = ${soon} WHERE id = ${await idOf(token)}`;
	const renewed = browser({ tailrace_session: token });
	await own.ofRequest(renewed, true, here);
	const options = { value: token, path: '/', httpOnly: true, sameSite: 'lax', secure: true };
	expect(renewed.told.get('tailrace_session')).toMatchObject(options);

	await own.end(token);
	const ended = browser({ tailrace_session: token });
	expect(await own.ofRequest(ended, false, here)).toBeNull();
	expect([...ended.told]).toEqual([['tailrace_session', null]]);
	expect(await own.ofRequest(browser({}), false, here)).toBeNull();
});
