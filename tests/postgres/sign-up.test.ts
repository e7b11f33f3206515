import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

async function onOwnDatabase(use: (own: TestDatabase) => Promise<void>): Promise<void> {
	const own = await testDatabase();
	await use(own).finally(own.drop);
}

describe('sign-up', () => {
	test('makes a user, their organization with a head, and a key that may write and read', async () => {
		const people = openAccounts(database.sql, { retentionDays: 7 });
		const { user, org, key } = await signUp(people, 'ada');
		expect(org).toMatchObject({ slug: 'ada-co', name: 'ada & co', retentionDays: 7 });
		expect(await people.organizations.find(user.id, 'ada-co')).toEqual({ org, role: 'owner' });
		const identified = await people.keys.identify(key, null);
		expect(identified).toMatchObject({ key: { org: org.id, scopes: ['write', 'read'] } });
		const heads = await database.sql`SELECT seq FROM log_heads WHERE org_id = ${org.id}`;
		expect(heads[0]?.seq).toBe(0);
	});

	test('keeps no password and no key, only their hashes', async () => {
		const { user, key } = await signUp(openAccounts(database.sql), 'bob');
		const [row] = await database.sql`SELECT password_hash FROM users WHERE id = ${user.id}`;
		expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
		const keys = await database.sql`SELECT * FROM api_keys`;
		expect(JSON.stringify(keys)).not.toContain(key);
	});

	test('of an address that has an account is refused and leaves nothing behind', async () => {
		const people = openAccounts(database.sql);
		await signUp(people, 'carl');
		const form = { name: '', email: 'carl@example.com', password, organization: 'Other' };
		const again = await people.signUp(form, from('elsewhere'));
		expect(again).toMatchObject({ ok: false, status: 409, faults: { email: expect.any(String) } });
		expect(await database.sql`SELECT 1 FROM organizations WHERE slug = 'other'`).toHaveLength(0);
	});

	test('by the first user only: of many at the same instant exactly one wins', () =>
		onOwnDatabase(async ({ sql }) => {
			const [here, there] = [openAccounts(sql, { signUp: 'first' }), openAccounts(sql, { signUp: 'first' })];
			const names = ['a', 'b', 'c', 'd', 'e', 'f'];
			const all = await Promise.allSettled(
				names.map((name, index) => signUp(index % 2 ? here : there, name))
			);
			const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
			expect(won.map(({ user }) => user.instanceAdmin)).toEqual([true]);
			expect(await sql`SELECT id FROM users`).toHaveLength(1);
			expect(await sql`SELECT id FROM organizations`).toHaveLength(1);
			expect(await here.signUpIsOpen()).toBe(false);
		}));

	test('open to all: of many at the same instant exactly one is instance admin', () =>
		onOwnDatabase(async ({ sql }) => {
			const people = openAccounts(sql);
			const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => signUp(people, name)));
			const admins = all.filter(({ user }) => user.instanceAdmin).map(({ user }) => user.email);
			expect(admins).toHaveLength(1);
			const recorded = await sql`
				SELECT actor FROM audit_events WHERE action = 'signed up' AND details = '{"instance admin": true}'`;
			expect(recorded.map(({ actor }) => actor)).toEqual(admins);
		}));

	test('never: refused, even when nobody has an account', () =>
		onOwnDatabase(async ({ sql }) => {
			const people = openAccounts(sql, { signUp: 'never' });
			const form = { name: '', email: 'a@example.com', password, organization: 'A' };
			expect(await people.signUp(form, from('here'))).toMatchObject({ ok: false, status: 403 });
			expect(await people.users.anyExists()).toBe(false);
		}));
});
