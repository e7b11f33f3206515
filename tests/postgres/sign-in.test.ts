import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as forms from '../../src/lib/server/forms/forms.ts';
import { passwords, type Passwords } from '../../src/lib/server/people/passwords.ts';
import { form, signIn } from '../../src/lib/server/people/sign-in.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

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
