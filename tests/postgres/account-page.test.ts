import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import { passwords } from '../../src/lib/server/people/passwords.ts';
import * as profile from '../../src/lib/server/people/profile.ts';
import { signIn } from '../../src/lib/server/people/sign-in.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { keepTold } from '../support/logs/deliveries.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';

const origin = 'https://logs.example';
const newPassword = 'a stapled battery horse';
const gone = { ok: false, status: 410 };

let database: TestDatabase;
let mailbox: Mailbox;
/** On a server that sends mails, and on one that does not. */
let mailing: Accounts;
let silent: Accounts;
/** What became of mails. */
const kept = keepTold();
let hosts = 0;

beforeAll(async () => {
	database = await testDatabase();
	mailbox = await openMailbox();
	silent = openAccounts(database.sql);
	mailing = openAccounts(database.sql, {}, { mail: mailbox.mail, watch: kept.watch });
});
afterAll(async () => {
	await mailing.close();
	await mailbox.close();
	await database.drop();
});

const somewhere = () => from(`198.51.100.${hosts++}`);

/** Somebody with an account and two sessions, of which the first is the one at hand. */
async function person(name: string) {
	const { user, org, session } = await signUp(silent, name);
	const owner = { ...somewhere(), id: user.id, name: user.email };
	const other = await silent.sessions.create(user.id, somewhere());
	const sessionId = (await silent.sessions.validate(session.token, owner))?.session.id ?? '';
	const isSignedIn = async ({ token }: { token: string }) =>
		(await silent.sessions.validate(token, owner)) !== null;
	return { owner, org, email: user.email, session, sessionId, other, isSignedIn };
}

/** What is recorded of a user in an organization's list, the sign-up apart. */
async function audited(org: string, actor: string) {
	return database.sql`
		SELECT action, details FROM audit_events WHERE org_id = ${org} AND actor = ${actor} AND is_copy ORDER BY id`;
}

function signsIn(email: string, password: string): Promise<boolean> {
	return silent.signIn({ email, password }, somewhere()).then(({ ok }) => ok);
}

describe('a name', () => {
	test('is changed, and who changed it from what is recorded; the same name is no change', async () => {
		const { owner, org, session } = await person('ada');
		await silent.account.changeName('Ada <script>', owner);
		await silent.account.changeName('Ada <script>', owner);
		const found = await silent.sessions.validate(session.token, owner);
		expect(found?.user.name).toBe('Ada <script>');
		expect(await audited(org.id, owner.name)).toEqual([
			{ action: 'changed their name', details: { from: 'ada', to: 'Ada <script>' } }
		]);
	});

	test.each(['', '   ', 'x'.repeat(101), 'two\nlines', 'a\r\nBcc: b@example.com'])('is not %j', (name) => {
		expect(forms.read(profile.nameForm, { name })).toMatchObject({ ok: false });
	});
});

describe('a password', () => {
	test('is changed by who knows the present one; all other sessions end, this one stays', async () => {
		const { owner, org, email, session, sessionId, other, isSignedIn } = await person('bob');
		const change = (password: string, newPassword: string) =>
			silent.account.changePassword({ password, newPassword }, owner, sessionId);
		expect(await change('wrong wrong', newPassword)).toMatchObject({
			status: 400,
			faults: { password: expect.any(String) }
		});
		expect(await change(password, 'password1')).toMatchObject({
			status: 400,
			faults: { newPassword: expect.stringContaining('too common') }
		});
		expect(await isSignedIn(other)).toBe(true);

		expect(await change(password, newPassword)).toEqual({ ok: true });
		expect([await isSignedIn(session), await isSignedIn(other)]).toEqual([true, false]);
		expect([await signsIn(email, password), await signsIn(email, newPassword)]).toEqual([false, true]);
		expect((await audited(org.id, email)).slice(0, 2)).toEqual([
			{ action: 'entered a wrong password', details: { for: 'password' } },
			{ action: 'changed their password', details: { 'ended sessions': 1 } }
		]);
	});

	test('is guessed ten times by whoever is signed in, which strangers at sign-in do not use up', async () => {
		const { owner, org, email, sessionId } = await person('carl');
		const change = (password: string) =>
			silent.account.changePassword({ password, newPassword }, owner, sessionId);
		for (let n = 0; n < 12; n++) await signsIn(email, 'wrong wrong');
		for (let n = 0; n < 10; n++) expect(await change('wrong wrong')).toMatchObject({ status: 400 });
		expect(await change(password)).toMatchObject({ status: 429, retryAfterS: expect.any(Number) });
		const refused = { for: 'password', reason: 'too many attempts' };
		expect((await audited(org.id, email)).slice(22)).toEqual([
			{ action: 'entered a wrong password', details: refused }
		]);
	});

	test('that is changed while somebody signs in with the old one lets nobody in', async () => {
		const { owner, org, email, sessionId } = await person('dora');
		const real = passwords();
		const slow = {
			...real,
			async verify(hash: string, text: string) {
				const isRight = await real.verify(hash, text);
				await silent.account.changePassword({ password, newPassword }, owner, sessionId);
				return isRight;
			}
		};
		const signedIn = await signIn(database.sql, slow, { email, password }, somewhere());
		expect(signedIn).toMatchObject({ ok: false, status: 400 });
		expect(await silent.sessions.list(owner.id)).toHaveLength(1);
		const details = { reason: 'password changed meanwhile' };
		expect(await audited(org.id, email)).toContainEqual({ action: 'failed to sign in', details });
	});

	test('is changed once by two who know it at the same instant', async () => {
		const { owner, org, email, sessionId } = await person('emil');
		const chosen = ['the first new one', 'the second new one'];
		const changes = await Promise.all(
			chosen.map((newPassword) => silent.account.changePassword({ password, newPassword }, owner, sessionId))
		);
		expect(changes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await signsIn(email, chosen[changes.findIndex(({ ok }) => ok)] ?? '')).toBe(true);
		const actions = (await audited(org.id, email)).map(({ action }) => action);
		expect(actions).toEqual(['changed their password', 'entered a wrong password', 'signed in']);
	});
});

describe('an address', () => {
	const tokenOf = ({ link }: { link: string }) => link.split('/').at(-1) ?? '';

	test('is changed by a link mailed to the new one; the old one hears of it', async () => {
		const { owner, org, email, session, isSignedIn } = await person('fred');
		const asked = await mailing.account.changeEmail({ email: 'f@new.example', password }, owner, origin);
		expect(asked).toEqual({ ok: true, isMailed: true });
		const mail = await mailbox.next('f@new.example');
		expect(mail.link).toMatch(/^https:\/\/logs\.example\/account\/confirm\/[\w-]{43}$/);
		expect(await mailing.account.findNewEmail(tokenOf(mail), owner)).toBe('f@new.example');
		expect(await signsIn(email, password)).toBe(true);

		expect(await mailing.account.confirmEmail(tokenOf(mail), owner, origin)).toEqual({ ok: true });
		expect(await mailing.account.confirmEmail(tokenOf(mail), owner, origin)).toMatchObject(gone);
		expect((await mailbox.next(email)).text).toContain('is now f@new.example');
		expect([await signsIn(email, password), await signsIn('f@new.example', password)]).toEqual([false, true]);
		expect(await isSignedIn(session)).toBe(true);
		expect(await audited(org.id, email)).toContainEqual({
			action: 'changed their e-mail address',
			details: { from: email, to: 'f@new.example' }
		});
	});

	test('is not changed without the password, nor by somebody else’s link, nor a day later', async () => {
		const [{ owner, org }, thief] = [await person('gerd'), await person('hans')];
		const change = (password: string) =>
			mailing.account.changeEmail({ email: 'g@new.example', password }, owner, origin);
		expect(await change('wrong wrong')).toMatchObject({
			status: 400,
			faults: { password: expect.any(String) }
		});
		await change(password);
		const token = tokenOf(await mailbox.next('g@new.example'));
		expect(await audited(org.id, owner.name)).toEqual([
			{ action: 'entered a wrong password', details: { for: 'e-mail address' } },
			{ action: 'asked to change their e-mail address', details: { to: 'g@new.example' } }
		]);
		expect(await mailing.account.findNewEmail(token, thief.owner)).toBeNull();
		expect(await mailing.account.confirmEmail(token, thief.owner, origin)).toMatchObject(gone);
		await database.sql`UPDATE email_tokens SET expires_at = now() WHERE email = 'g@new.example'`;
		expect(await mailing.account.confirmEmail(token, owner, origin)).toMatchObject(gone);
	});

	test('with an account is told only to who reads its mail', async () => {
		const [{ owner }, other] = [await person('ida'), await person('jens')];
		const asked = await mailing.account.changeEmail({ email: other.email, password }, owner, origin);
		expect(asked).toEqual({ ok: true, isMailed: true });
		const mail = await mailbox.next(other.email);
		expect(mail.text).toContain('Another account already has this address');
		expect(mail.link).toBe('');
	});

	test('that got an account meanwhile stays with it', async () => {
		const { owner, email } = await person('kai');
		await mailing.account.changeEmail({ email: 'lena@example.com', password }, owner, origin);
		const token = tokenOf(await mailbox.next('lena@example.com'));
		await person('lena');
		expect(await mailing.account.confirmEmail(token, owner, origin)).toMatchObject({
			...gone,
			faults: { form: expect.stringMatching(/another account/i) }
		});
		expect(await signsIn(email, password)).toBe(true);
	});

	test('changes at once where no mails are sent: of two at the same instant one gets it', async () => {
		const two = [await person('max'), await person('nina')];
		const changes = await Promise.all(
			two.map(({ owner }) => silent.account.changeEmail({ email: 'm@new.example', password }, owner, origin))
		);
		expect(changes.filter(({ ok }) => ok)).toEqual([{ ok: true, isMailed: false }]);
		expect(changes.filter(({ ok }) => !ok)).toMatchObject([
			{ status: 409, faults: { email: expect.stringMatching(/another account/i) } }
		]);
		const winner = two[changes.findIndex(({ ok }) => ok)]?.owner;
		const again = { email: 'm@new.example', password };
		if (!winner) throw new Error('nobody won');
		expect(await silent.account.changeEmail(again, winner, origin)).toMatchObject({
			faults: { email: 'This is already your address.' }
		});
	});

	test('is asked for five times an hour and no more', async () => {
		const { owner } = await person('otto');
		const change = (n: number) =>
			mailing.account.changeEmail({ email: `o${n}@new.example`, password }, owner, origin);
		for (let n = 0; n < 5; n++) expect(await change(n)).toMatchObject({ ok: true });
		expect(await change(5)).toMatchObject({ ok: false, status: 429 });
	});

	test('gets mails of its own alone, whatever stands in it', async () => {
		for (const typed of [
			'a@b.example\r\nBcc: c@d.example',
			'a@b.example, c@d.example',
			'a@b.example c@d.example'
		])
			expect(forms.read(profile.emailForm, { email: typed, password })).toMatchObject({ ok: false });

		const odd = ['x,paul@new.example', '"paul"<paul@new.example', 'ö@müller.example'];
		for (const [n, email] of odd.entries()) {
			const form = forms.read(profile.emailForm, { email, password });
			if (!form.ok) throw new Error('it is an address');
			const { owner } = await person(`paul ${n}`);
			await mailing.account.changeEmail(form.values, owner, origin);
		}
		const mail = await mailbox.next('ö@müller.example');
		expect(mail.headers.filter((line) => /^(to|cc|bcc|from):/i.test(line))).toHaveLength(2);
		expect(mailbox.mails.flatMap(({ to }) => to)).not.toContain('paul@new.example');
		await kept.until('dropped'); // told to who runs the server
	});
});

test('all that can happen to an account at once waits for its turn, and for nothing else', async () => {
	const { owner, email, session, sessionId } = await person('sven');
	const { account, passwordReset } = mailing;
	const asked = () => ({ from: somewhere(), origin });
	for (let round = 0; round < 4; round++) {
		await passwordReset.ask(email, asked());
		const token = (await mailbox.next(email)).link.split('/').at(-1) ?? '';
		await database.sql`UPDATE sessions SET last_used_at = now() - interval '1 hour' WHERE user_id = ${owner.id}`;
		// Rejects for a deadlock.
		await Promise.all([
			mailing.sessions.validate(session.token, owner),
			signsIn(email, password),
			passwordReset.ask(email, asked()),
			passwordReset.use(token, password, somewhere()),
			account.changePassword({ password, newPassword: password }, owner, sessionId),
			account.changeEmail({ email: `sven-${round}@new.example`, password }, owner, origin),
			account.changeName(`Sven ${round}`, owner),
			account.endOtherSessions(sessionId, owner)
		]);
		await database.sql`DELETE FROM rate_limits`;
	}
	expect(await signsIn(email, password)).toBe(true);
});

test('links and windows of limits that have expired are forgotten, however many', async () => {
	const { sql } = database;
	const { owner } = await person('rosa');
	await mailing.account.changeEmail({ email: 'r@new.example', password }, owner, origin);
	const good = await sql`SELECT 1 FROM email_tokens WHERE expires_at > now()`;
	await sql`
		INSERT INTO email_tokens (hash, purpose, email, data, expires_at)
		SELECT 'link ' || n, 'sign up', n || '@example.com', '{}', now() FROM generate_series(1, 20001) AS n`;
	await sql`INSERT INTO rate_limits SELECT 'flood ' || n, 1, now() FROM generate_series(1, 20001) AS n`;
	await sql`UPDATE email_tokens SET expires_at = now() WHERE email = 'r@new.example'`;
	await mailing.forgetOld();
	expect(await sql`SELECT email FROM email_tokens`).toHaveLength(good.length - 1);
	expect(await sql`SELECT key FROM rate_limits WHERE ends_at <= now()`).toHaveLength(0);
});
