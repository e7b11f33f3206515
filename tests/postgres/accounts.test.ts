import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as forms from '../../src/lib/server/forms/forms.ts';
import { passwords, type Passwords } from '../../src/lib/server/people/passwords.ts';
import { form, signIn } from '../../src/lib/server/people/sign-in.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { createOrganization, from, openAccounts, password, signUp } from '../support/people/people.ts';

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

describe('sign-in', () => {
	/** Real hashing that writes down whose password was looked at. */
	function watched(): { hashing: Passwords; seen: string[] } {
		const real = passwords();
		const seen: string[] = [];
		const note =
			<Rest extends unknown[], T>(name: string, work: (...rest: Rest) => T) =>
			(...rest: Rest) => {
				seen.push(name);
				return work(...rest);
			};
		const hashing = {
			...real,
			verify: note('somebody', real.verify),
			verifyNobody: note('nobody', real.verifyNobody)
		};
		return { hashing, seen };
	}

	test('takes the right password, however the address and its letters are typed', async () => {
		const people = openAccounts(database.sql);
		await signUp(people, 'dora');
		const read = forms.read(form, { email: ' DORA@example.com', password });
		if (!read.ok) throw new Error('the form is good');
		expect(await people.signIn(read.values, from('192.0.2.1'))).toMatchObject({
			ok: true,
			session: { token: expect.any(String) }
		});
	});

	test('answers an unknown account as a wrong password, after verifying one hash either way', async () => {
		await signUp(openAccounts(database.sql), 'emil');
		const { hashing, seen } = watched();
		const attempt = (email: string) =>
			signIn(database.sql, hashing, { email, password: 'wrong wrong' }, from('192.0.2.2'));
		const known = await attempt('emil@example.com');
		expect(known).toMatchObject({ ok: false, status: 400 });
		expect(await attempt('unknown@example.com')).toEqual(known);
		expect(seen).toEqual(['somebody', 'nobody']);
	});

	test.each(['fritz', 'nobody-at-all'])(
		'of %s is refused after ten attempts from a network, with the right password too',
		async (name) => {
			const people = openAccounts(database.sql);
			if (name === 'fritz') await signUp(people, name);
			const attempt = (password: string, address = '198.51.100.1') =>
				people.signIn({ email: `${name}@example.com`, password }, from(address));
			for (let n = 0; n < 10; n++) expect(await attempt('wrong wrong')).toMatchObject({ status: 400 });
			const refused = await attempt(password);
			expect(refused).toMatchObject({
				ok: false,
				status: 429,
				faults: { form: expect.stringMatching(/15 minutes/) }
			});
			await attempt(password);
			expect(await recorded(`${name}@example.com`, 'too many attempts'), 'recorded once').toEqual(
				name === 'fritz' ? [false, true] : [false]
			);
			expect((await attempt(password, '198.51.100.2')).ok, 'from elsewhere').toBe(name === 'fritz');
		}
	);

	test.each(['franz', 'nobody-either'])(
		'of %s is refused after forty attempts from networks that are strange to it',
		async (name) => {
			const people = openAccounts(database.sql);
			if (name === 'franz') await signUp(people, name);
			const attempt = (password: string, host: number) =>
				people.signIn({ email: `${name}@example.com`, password }, from(`host ${host}`));
			for (let host = 0; host < 40; host++)
				expect(await attempt('wrong wrong', host)).toMatchObject({ status: 400 });
			for (const host of [41, 42]) expect(await attempt(password, host)).toMatchObject({ status: 429 });
			expect(await recorded(`${name}@example.com`, 'too many attempts')).toHaveLength(
				name === 'franz' ? 2 : 1
			);
			const atHome = await people.signIn({ email: `${name}@example.com`, password }, from(`host of ${name}`));
			expect(atHome, 'where they signed in before').toMatchObject(
				name === 'franz' ? { ok: true } : { status: 429 }
			);
		}
	);

	async function recorded(actor: string, reason: string): Promise<boolean[]> {
		const events = await database.sql<{ is_copy: boolean }[]>`
			SELECT is_copy FROM audit_events WHERE actor = ${actor} AND action = 'failed to sign in'
				AND details = ${database.sql.json({ reason })} ORDER BY is_copy`;
		return events.map((event) => event.is_copy);
	}

	test('that succeeds begins the account’s count anew', async () => {
		const people = openAccounts(database.sql);
		await signUp(people, 'gerd');
		const attempt = (password: string, host: string) =>
			people.signIn({ email: 'gerd@example.com', password }, from(host));
		for (let n = 0; n < 9; n++) await attempt('wrong wrong', `host ${n}`);
		expect((await attempt(password, 'host')).ok).toBe(true);
		for (let n = 0; n < 9; n++) await attempt('wrong wrong', `other host ${n}`);
		expect(await attempt(password, 'host')).toMatchObject({
			ok: true,
			session: { token: expect.any(String) }
		});
	});

	describe('while a stranger in the same network tries many accounts', () => {
		const crowd = '203.0.113.9';
		const people = () => openAccounts(database.sql);
		const attempt = (email: string, typed: string, address = crowd) =>
			people().signIn({ email, password: typed }, from(address));
		beforeAll(async () => {
			for (let n = 0; n < 25; n++)
				expect(await attempt(`someone-${n}@example.com`, 'wrong wrong')).toMatchObject({ status: 400 });
		});

		test('somebody who has never signed in there has two tries, and gets in with the right password', async () => {
			const { user } = await signUp(people(), 'klara');
			expect(await attempt(user.email, 'wrong wrong')).toMatchObject({ status: 400 });
			expect(await attempt(user.email, password)).toMatchObject({ ok: true });
		});

		test.each(['kuno', 'nobody-in-the-crowd'])('%s is guessed at twice, then no more', async (name) => {
			if (name === 'kuno') await signUp(people(), name);
			const email = `${name}@example.com`;
			for (let n = 0; n < 2; n++) expect(await attempt(email, 'wrong wrong')).toMatchObject({ status: 400 });
			for (let n = 0; n < 2; n++) expect(await attempt(email, password)).toMatchObject({ status: 429 });
			expect((await attempt(email, password, '203.0.113.10')).ok).toBe(name === 'kuno');
		});

		test('somebody who has signed in there before has all their tries', async () => {
			const { user } = await signUp(people(), 'karl');
			expect(await attempt(user.email, password)).toMatchObject({ ok: true });
			for (let n = 0; n < 9; n++)
				expect(await attempt(user.email, 'wrong wrong')).toMatchObject({ status: 400 });
			expect(await attempt(user.email, password)).toMatchObject({ ok: true });
		});

		test('the audit is not filled: the first of the many stands for them', async () => {
			expect(await recorded('someone-19@example.com', 'wrong password')).toHaveLength(1);
			expect(await recorded('someone-20@example.com', 'many accounts tried from this network')).toHaveLength(
				1
			);
			const [{ count } = { count: 0 }] = await database.sql<{ count: number }[]>`
				SELECT count(*)::int FROM audit_events WHERE actor = 'someone-21@example.com'`;
			expect(count).toBe(0);
		});

		test('only ten wait for their turn: those who come then are told to wait', async () => {
			const many = Array.from({ length: 30 }, (_, n) => `flood-${n}@example.com`);
			const one = people();
			const flood = many.map((email) => one.signIn({ email, password }, from(crowd)));
			const answers = await Promise.all(flood);
			const refused = answers.filter((answer) => !answer.ok && answer.status === 429);
			expect(refused.length).toBeGreaterThan(0);
			expect(refused[0]).toMatchObject({ retryAfterS: 60 });
			expect(answers.length - refused.length).toBeGreaterThanOrEqual(10);
		});
	});

	test('ends the session that the browser had before, and records it where it was somebody else’s', async () => {
		const people = openAccounts(database.sql);
		const [lena, mona] = [await signUp(people, 'lena'), await signUp(people, 'mona')];
		const signIn = async (email: string, previous: string) => {
			const signedIn = await people.signIn({ email, password }, from('192.0.2.30'), previous);
			return signedIn.ok ? signedIn.session.token : '';
		};
		const second = await signIn(lena.user.email, lena.session.token);
		const third = await signIn(mona.user.email, second);
		for (const token of [lena.session.token, second])
			expect(await people.sessions.validate(token, from('192.0.2.30'))).toBeNull();
		expect(await people.sessions.validate(third, from('192.0.2.30'))).not.toBeNull();
		const ends = (org: string) =>
			database.sql`SELECT actor, details FROM audit_events WHERE org_id = ${org} AND action = 'signed out'`;
		expect(await ends(lena.org.id)).toEqual([
			{ actor: lena.user.email, details: { reason: 'someone else signed in' } }
		]);
		expect(await ends(mona.org.id)).toEqual([]);
	});
});

describe('organizations', () => {
	test('of one name made at the same instant get slugs of their own', async () => {
		const people = openAccounts(database.sql);
		const { user } = await signUp(people, 'hans');
		const made = await Promise.all([1, 2, 3].map(() => createOrganization(database.sql, user.id, 'Twins')));
		expect(made.map(({ slug }) => slug).sort()).toEqual(['twins', 'twins-2', 'twins-3']);
		expect((await people.organizations.ofUser(user.id)).map(({ org }) => org.slug).sort()).toEqual([
			'hans-co',
			'twins',
			'twins-2',
			'twins-3'
		]);
	});

	test('are many to one person, who comes back to the one looked at last, as long as it is theirs', async () => {
		const people = openAccounts(database.sql);
		const { user, org } = await signUp(people, 'lars');
		const other = await createOrganization(database.sql, user.id, 'Another of Lars');
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug); // the first by name
		await people.organizations.remember(user.id, org.id);
		expect(await people.organizations.lastOf(user.id)).toBe(org.slug);
		await database.sql`UPDATE organizations SET suspended_at = now() WHERE id = ${org.id}`;
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug);
		await database.sql`UPDATE organizations SET suspended_at = null WHERE id = ${org.id}`;
		await database.sql`DELETE FROM memberships WHERE user_id = ${user.id} AND org_id = ${org.id}`;
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug);
	});

	test('are not made with the name of a page', async () => {
		const { user } = await signUp(openAccounts(database.sql), 'ida');
		await expect(createOrganization(database.sql, user.id, 'Sign-in')).rejects.toThrow('Sign-in');
	});

	test('of others are not there', async () => {
		const people = openAccounts(database.sql);
		const [jens, kai] = [await signUp(people, 'jens'), await signUp(people, 'kai')];
		expect(await people.organizations.find(jens.user.id, kai.org.slug)).toBeNull();
		expect(await people.organizations.find(jens.user.id, 'a\u0000b')).toBeNull();
		expect((await people.organizations.ofUser(jens.user.id)).map(({ org }) => org.id)).toEqual([jens.org.id]);
	});
});
