import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { signIn } from '../../src/lib/server/people/sign-in.ts';
import { passwords } from '../../src/lib/server/people/passwords.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { queriesMade } from '../support/logs/queries-made.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';

const origin = 'https://logs.example';
const gone = { ok: false, status: 410 };

let database: TestDatabase;
let mailbox: Mailbox;
let people: Accounts;
let hosts = 0;

beforeAll(async () => {
	database = await testDatabase();
	mailbox = await openMailbox();
	people = openAccounts(database.sql, {}, { mail: mailbox.mail });
	expect(await people.signUpByMail.isOn(), 'before anybody has an account').toBe(false);
	await signUp(people, 'ada');
});
afterAll(async () => {
	await people.close();
	await mailbox.close();
	await database.drop();
});

const somewhere = () => from(`198.51.100.${hosts++}`);
const formOf = (email: string) => ({ name: 'New', email, password, organization: 'New & co' });
const ask = (email: string) => people.signUpByMail.ask(formOf(email), { from: somewhere(), origin });
const confirm = (token: string, typed = password) => people.signUpByMail.confirm(token, typed, somewhere());
const exists = async (email: string) =>
	(await database.sql`SELECT 1 FROM users WHERE email = ${email}`).length === 1;

async function mailedToken(email: string): Promise<string> {
	expect(await ask(email)).toEqual({ ok: true });
	return (await mailbox.next(email)).link.split('/').at(-1) ?? '';
}

test('makes the account, with its organization, once the link in the mail is opened', async () => {
	expect(await people.signUpByMail.isOn()).toBe(true);
	expect(await ask('bob@example.com')).toEqual({ ok: true });
	const mail = await mailbox.next('bob@example.com');
	expect(mail.link).toMatch(/^https:\/\/logs\.example\/sign-up\/[\w-]{43}$/);
	// Who signs up must not be able to write to strangers in our name.
	expect(mail.text).not.toMatch(/New/);
	expect(await exists('bob@example.com')).toBe(false);

	const token = mail.link.split('/').at(-1) ?? '';
	expect(await people.signUpByMail.find(token)).toEqual({
		email: 'bob@example.com',
		organization: 'New & co'
	});
	const made = await confirm(token);
	expect(made).toMatchObject({
		ok: true,
		user: { name: 'New' },
		org: { slug: 'new-co' },
		key: expect.stringMatching(/^tr_/)
	});
	if (!made.ok) throw new Error('not made');
	expect(await people.sessions.validate(made.session.token, somewhere())).toMatchObject({
		user: { email: 'bob@example.com' }
	});
	expect(await people.signIn({ email: 'bob@example.com', password }, somewhere())).toMatchObject({
		ok: true
	});
	expect(await confirm(token)).toMatchObject(gone);
	expect(await people.signUpByMail.find(token)).toBeNull();
});

test('with an address that has an account says so in the mail alone, with no link that makes one', async () => {
	expect(await ask('ada@example.com')).toEqual({ ok: true });
	const mail = await mailbox.next('ada@example.com');
	expect(mail.text).toContain(`${origin}/reset-password`);
	expect(mail.text).toContain(`${origin}/sign-in`);
	expect(mail.link).toBe('');
});

test('takes the same queries for an address with an account and for one without', async () => {
	const queries = (email: string) =>
		queriesMade(database.url, async (sql) => {
			const own = openAccounts(sql, {}, { mail: mailbox.mail });
			await own.signUpByMail.ask(formOf(email), { from: somewhere(), origin });
			await own.close();
		});
	const ofNew = await queries('carl@example.com');
	expect(ofNew.length).toBeGreaterThan(5);
	expect(await queries('ada@example.com')).toEqual(ofNew);
});

test('signing in fails with the same queries, too', async () => {
	const queries = (email: string) =>
		queriesMade(database.url, (sql) =>
			signIn(sql, passwords(), { email, password: 'wrong wrong' }, somewhere())
		);
	expect(await queries('ada@example.com')).toEqual(await queries('nobody@example.com'));
});

test('a link works once: of two uses at the same instant one wins; a newer one ends it, and a day', async () => {
	const email = 'dora@example.com';
	const older = await mailedToken(email);
	const newer = await mailedToken(email);
	expect(await confirm(older)).toMatchObject(gone);
	const uses = await Promise.all([confirm(newer), confirm(newer), confirm(newer)]);
	expect(uses.map(({ ok }) => ok).sort()).toEqual([false, false, true]);

	const late = await mailedToken('emil@example.com');
	await database.sql`UPDATE email_tokens SET expires_at = now() WHERE email = 'emil@example.com'`;
	expect(await confirm(late)).toMatchObject(gone);
	expect(await exists('emil@example.com')).toBe(false);
});

test('for an address that got an account meanwhile it makes none', async () => {
	const token = await mailedToken('fred@example.com');
	const { user } = await signUp(people, 'fred');
	expect(await confirm(token)).toMatchObject({
		...gone,
		faults: { form: expect.stringContaining('Sign in instead') }
	});
	expect(await people.organizations.ofUser(user.id)).toHaveLength(1);
});

test('is refused where sign-up is closed, also once the link has been mailed', async () => {
	const token = await mailedToken('gerd@example.com');
	const closed = openAccounts(database.sql, { signUp: 'first' }, { mail: mailbox.mail });
	const asked = { from: somewhere(), origin };
	expect(await closed.signUpByMail.ask(formOf('hans@example.com'), asked)).toMatchObject({ status: 403 });
	expect(await closed.signUpByMail.confirm(token, password, somewhere())).toMatchObject({ status: 403 });
	await closed.close();
	expect(mailbox.asked).not.toContain('hans@example.com');
	expect(await confirm(token)).toMatchObject({ ok: true });
});

test('is asked for ten times an hour with an address, whether it has an account or not', async () => {
	for (const email of ['ida@example.com', 'nobody@example.com']) {
		if (email === 'ida@example.com')
			await database.sql`
			INSERT INTO users (id, email, name, password_hash) VALUES (gen_random_uuid(), ${email}, 'Ida', 'none')`;
		for (let n = 0; n < 10; n++) expect(await ask(email)).toEqual({ ok: true });
		expect(await ask(email)).toMatchObject({ ok: false, status: 429, retryAfterS: expect.any(Number) });
	}
});

test('without a mail server it is limited to ten an hour with an address, too', async () => {
	const silent = openAccounts(database.sql);
	const again = () => silent.signUp(formOf('ada@example.com'), somewhere());
	for (let n = 0; n < 10; n++) await again();
	expect(await again()).toMatchObject({ ok: false, status: 429 });
});

test('asks who opens the link for the password: an account never opens with a stranger’s', async () => {
	const token = await mailedToken('victim@example.com');
	expect(await confirm(token, 'what the victim would choose')).toMatchObject({
		ok: false,
		status: 400,
		faults: { password: expect.any(String) }
	});
	expect(await exists('victim@example.com')).toBe(false);
	expect(await confirm(token)).toMatchObject({ ok: true });
});
