import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Jar } from '../../src/lib/server/accounts/cookies.ts';
import { sessions, type Sessions } from '../../src/lib/server/accounts/sessions.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { openAccounts, signUp } from '../support/people.ts';

const day = 24 * 60 * 60 * 1000;

let database: TestDatabase;
let own: Sessions;
let userId: string;

beforeAll(async () => {
	database = await testDatabase();
	own = sessions(database.sql);
	userId = (await signUp(openAccounts(database.sql), 'ada')).user.id;
});
afterAll(() => database.drop());

async function idOf(token: string): Promise<string> {
	const found = await own.validate(token);
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
	const { token } = await own.create(userId);
	const user = { id: userId, email: 'ada@example.com', name: 'ada', instanceAdmin: true };
	expect(await own.validate(token)).toMatchObject({ user, session: { fresh: false } });
});

test('the database holds only a digest of what the cookie holds', async () => {
	const { token } = await own.create(userId);
	const rows = await database.sql`SELECT * FROM sessions`;
	expect(JSON.stringify(rows)).not.toContain(token);
	expect(rows.map(({ id }) => id)).toContain(await idOf(token));
	expect(await own.validate(await idOf(token))).toBeNull();
});

test('lasts thirty days from its last use', async () => {
	const { token, expiresAt } = await own.create(userId);
	expect(Math.round((expiresAt.getTime() - Date.now()) / day)).toBe(30);
	const id = await idOf(token);
	const inTwoWeeks = new Date(Date.now() + 14 * day);
	await database.sql`UPDATE sessions SET expires_at = ${inTwoWeeks} WHERE id = ${id}`;
	const found = await own.validate(token);
	expect(found?.session.fresh).toBe(true);
	const [row] = await database.sql<{ expires_at: Date }[]>`SELECT expires_at FROM sessions WHERE id = ${id}`;
	expect(row?.expires_at).toEqual(found?.session.expiresAt);
	expect(Math.round((row!.expires_at.getTime() - Date.now()) / day)).toBe(30);
});

test('is refused once it has expired, been ended, or lost its user', async () => {
	const [expired, ended, orphaned] = [
		await own.create(userId),
		await own.create(userId),
		await own.create((await signUp(openAccounts(database.sql), 'bob')).user.id)
	];
	await database.sql`UPDATE sessions SET expires_at = now() WHERE id = ${await idOf(expired.token)}`;
	await own.end(ended.token);
	await database.sql`DELETE FROM users WHERE email = 'bob@example.com'`;
	for (const { token } of [expired, ended, orphaned]) expect(await own.validate(token)).toBeNull();
	await own.end(ended.token);
});

test('ends with all others of its user, and nobody else’s', async () => {
	const carl = (await signUp(openAccounts(database.sql), 'carl')).user.id;
	const [here, there, other] = [await own.create(carl), await own.create(carl), await own.create(userId)];
	await own.endAll(carl);
	expect(await own.validate(here.token)).toBeNull();
	expect(await own.validate(there.token)).toBeNull();
	expect(await own.validate(other.token)).not.toBeNull();
});

test.each(['', 'a'.repeat(39), 'A'.repeat(40), "' OR 1=1 --", 'a'.repeat(40), '\u0000'.repeat(40)])(
	'%j is nobody’s token',
	async (token) => expect(await own.validate(token)).toBeNull()
);

test('forgets what has expired', async () => {
	const [old, current] = [await own.create(userId), await own.create(userId)];
	const id = await idOf(old.token);
	await database.sql`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = ${id}`;
	await own.forgetOld();
	expect(await database.sql`SELECT id FROM sessions WHERE id = ${id}`).toHaveLength(0);
	expect(await own.validate(current.token)).not.toBeNull();
});

test('the cookie is renewed with a session that was prolonged, and taken away with one that ended', async () => {
	const { token } = await own.create(userId);
	const steady = browser({ tailrace_session: token });
	expect((await own.ofRequest(steady, true))?.user.id).toBe(userId);
	expect(steady.told.size).toBe(0);

	const soon = new Date(Date.now() + day);
	await database.sql`UPDATE sessions SET expires_at = ${soon} WHERE id = ${await idOf(token)}`;
	const renewed = browser({ tailrace_session: token });
	await own.ofRequest(renewed, true);
	const options = { value: token, path: '/', httpOnly: true, sameSite: 'lax', secure: true };
	expect(renewed.told.get('tailrace_session')).toMatchObject(options);

	await own.end(token);
	const ended = browser({ tailrace_session: token });
	expect(await own.ofRequest(ended, false)).toBeNull();
	expect([...ended.told]).toEqual([['tailrace_session', null]]);
	expect(await own.ofRequest(browser({}), false)).toBeNull();
});
