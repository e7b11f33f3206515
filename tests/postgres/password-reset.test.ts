import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { queriesMade } from '../support/logs/queries-made.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';

const origin = 'https://logs.example';
const newPassword = 'a stapled battery horse';
const gone = { ok: false, status: 410 };

let database: TestDatabase;
let mailbox: Mailbox;
let people: Accounts;
let hosts = 0;

beforeAll(async () => {
	database = await testDatabase();
	mailbox = await openMailbox();
	people = openAccounts(database.sql, {}, { mail: mailbox.mail });
});
afterAll(async () => {
	await people.close();
	await mailbox.close();
	await database.drop();
});

/** An address that nobody else comes from. */
const somewhere = () => from(`198.51.100.${hosts++}`);

const ask = (email: string, where = somewhere()) => people.passwordReset.ask(email, { from: where, origin });
const use = (token: string, chosen = newPassword) => people.passwordReset.use(token, chosen, somewhere());
const signIn = (email: string, password: string) => people.signIn({ email, password }, somewhere());

async function mailedToken(email: string): Promise<string> {
	expect(await ask(email)).toEqual({ ok: true });
	return (await mailbox.next(email)).link.split('/').at(-1) ?? '';
}

async function person(name: string): Promise<string> {
	return (await signUp(people, name)).user.email;
}

function audited(email: string) {
	return database.sql`
		SELECT action, actor, target FROM audit_events
		WHERE org_id IS NULL AND (actor = ${email} OR target = ${email}) AND action LIKE '%password%' ORDER BY id`;
}

describe('a forgotten password', () => {
	test('is replaced by a mailed link, which says who asked', async () => {
		const email = await person('ada');
		expect(await ask(email, from('203.0.113.7'))).toEqual({ ok: true });
		const mail = await mailbox.next(email);
		expect(mail).toMatchObject({ to: [email], from: 'tailrace@logs.example' });
		expect(mail.text).toContain('203.0.113.7');
		expect(mail.link).toMatch(/^https:\/\/logs\.example\/reset-password\/[\w-]{43}$/);
		const token = mail.link.split('/').at(-1) ?? '';
		expect(await people.passwordReset.find(token)).toMatchObject({ email });
		expect(await use(token)).toEqual({ ok: true });
		expect(await signIn(email, newPassword)).toMatchObject({ ok: true });
		expect(await signIn(email, password)).toMatchObject({ ok: false });
		expect(await audited(email)).toEqual([
			{ action: 'asked for a password reset', actor: email, target: null },
			{ action: 'reset a password', actor: email, target: email }
		]);
	});

	test('ends all sessions, and begins the account’s count of sign-ins anew', async () => {
		const { user, session } = await signUp(people, 'bob');
		const token = await mailedToken(user.email);
		for (let n = 0; n < 41; n++) await signIn(user.email, 'wrong wrong');
		expect(await signIn(user.email, password)).toMatchObject({ status: 429 });
		expect(await use(token)).toEqual({ ok: true });
		expect(await people.sessions.validate(session.token, somewhere())).toBeNull();
		expect(await signIn(user.email, newPassword)).toMatchObject({ ok: true });
	});

	test('is not told to the database: it has only the digest of the link', async () => {
		const token = await mailedToken(await person('carl'));
		const rows = await database.sql`SELECT e.*, a.* FROM email_tokens e, audit_events a`;
		expect(JSON.stringify(rows)).not.toContain(token);
	});
});

describe('a link', () => {
	test('works once: of two uses at the same instant one wins, and no later one', async () => {
		const email = await person('dora');
		const token = await mailedToken(email);
		const uses = await Promise.all([use(token, 'the first new one'), use(token, 'the second new one')]);
		expect(uses.filter(({ ok }) => ok)).toHaveLength(1);
		expect(uses.filter(({ ok }) => !ok)).toMatchObject([gone]);
		expect(await use(token)).toMatchObject(gone);
		const chosen = uses[0].ok ? 'the first new one' : 'the second new one';
		expect(await signIn(email, chosen)).toMatchObject({ ok: true });
	});

	test('is not used up by a password that cannot be chosen', async () => {
		const token = await mailedToken(await person('emil'));
		for (const [weak, said] of [
			['short', 'at least 8'],
			['password1', 'too common'],
			['emil-2026', 'easy to guess']
		] as const)
			expect(await use(token, weak)).toMatchObject({
				status: 400,
				faults: { password: expect.stringContaining(said) }
			});
		expect(await use(token)).toEqual({ ok: true });
	});

	test('ends with the hour, with a newer one, and with a change of password or address', async () => {
		const { user, session } = await signUp(people, 'fred');
		const { email, id } = user;
		const expired = await mailedToken(email);
		await database.sql`UPDATE email_tokens SET expires_at = now() WHERE email = ${email}`;
		const older = await mailedToken(email);
		const newer = await mailedToken(email);
		for (const token of [expired, older]) expect(await use(token)).toMatchObject(gone);
		expect(await people.passwordReset.find(newer)).not.toBeNull();

		const owner = { ...somewhere(), id, name: email };
		const sessionId = (await people.sessions.validate(session.token, owner))?.session.id ?? null;
		const form = { password, newPassword: 'yet another one' };
		expect(await people.account.changePassword(form, owner, sessionId)).toEqual({ ok: true });
		expect(await use(newer)).toMatchObject(gone);

		const last = await mailedToken(email);
		await database.sql`UPDATE users SET email = 'fred@elsewhere.example' WHERE id = ${id}`;
		expect(await use(last)).toMatchObject(gone);
		expect(await people.passwordReset.find(last)).toBeNull();
	});

	test('of an account that was suspended since opens nothing', async () => {
		const email = await person('gerd');
		const token = await mailedToken(email);
		await database.sql`UPDATE users SET suspended_at = now() WHERE email = ${email}`;
		expect(await people.passwordReset.find(token)).toBeNull();
		expect(await use(token)).toMatchObject(gone);
	});

	test.each(['', 'x', 'a'.repeat(43), '\u0000'.repeat(43), "' OR 1=1 --"])('%j is none', async (token) => {
		expect(await people.passwordReset.find(token)).toBeNull();
		expect(await use(token)).toMatchObject(gone);
	});

	test('of another purpose is none', async () => {
		const { user } = await signUp(people, 'hans');
		const owner = { ...somewhere(), id: user.id, name: user.email };
		await people.account.changeEmail({ email: 'hans@elsewhere.example', password }, owner, origin);
		const token = (await mailbox.next('hans@elsewhere.example')).link.split('/').at(-1) ?? '';
		expect(await use(token)).toMatchObject(gone);
		expect(await people.account.findNewEmail(token, owner)).toBe('hans@elsewhere.example');
	});
});

describe('whether there is an account', () => {
	test('is not told: strangers and the suspended get the same answer, and no mail', async () => {
		const known = await person('ida');
		const suspended = await person('jens');
		await database.sql`UPDATE users SET suspended_at = now() WHERE email = ${suspended}`;
		const answers = await Promise.all([known, suspended, 'nobody@example.com'].map((email) => ask(email)));
		expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
		await people.close(); // sends what waits
		expect(mailbox.asked).toContain(known);
		expect(mailbox.asked).not.toContain(suspended);
		expect(mailbox.asked).not.toContain('nobody@example.com');
	});

	test('takes the same queries either way', async () => {
		const known = await person('kai');
		const queries = (email: string) =>
			queriesMade(database.url, async (sql) => {
				const own = openAccounts(sql, {}, { mail: mailbox.mail });
				await own.passwordReset.ask(email, { from: somewhere(), origin });
				await own.close();
			});
		const ofNobody = await queries('nobody-2@example.com');
		expect(ofNobody.length).toBeGreaterThan(8);
		expect(await queries(known)).toEqual(ofNobody);
	});

	test('gets five mails an hour and no more, with the same answer', async () => {
		const email = await person('lena');
		for (let n = 0; n < 7; n++) {
			expect(await ask(email)).toEqual({ ok: true });
			await people.close(); // sends what waits
		}
		expect(mailbox.asked.filter((to) => to === email)).toHaveLength(5);
	});

	test.each(['lisa', 'nobody-3'])('is asked for five times an hour from a network: %s', async (name) => {
		const email = name === 'lisa' ? await person(name) : `${name}@example.com`;
		const here = from(`network of ${name}`);
		for (let n = 0; n < 5; n++) expect(await ask(email, here)).toEqual({ ok: true });
		expect(await ask(email, here)).toMatchObject({ ok: false, status: 429, retryAfterS: expect.any(Number) });
	});

	test('is asked for once by each, while a stranger in the same network asks for many', async () => {
		const email = await person('lotte');
		const here = from('192.0.2.77');
		for (let n = 0; n < 25; n++) expect(await ask(`someone-${n}@example.com`, here)).toEqual({ ok: true });
		expect(await ask(email, here)).toEqual({ ok: true });
		await people.close(); // sends what waits
		expect((await mailbox.next(email)).to).toEqual([email]);
		expect(await ask(email, here)).toMatchObject({ ok: false, status: 429 });
	});
});

test('a mail that was asked for just before the server stops arrives', async () => {
	const email = await person('max');
	const own = openAccounts(database.sql, {}, { mail: mailbox.mail });
	expect(await own.passwordReset.ask(email, { from: somewhere(), origin })).toEqual({ ok: true });
	await own.close();
	expect(mailbox.mails.flatMap(({ to }) => to)).toContain(email);
});
