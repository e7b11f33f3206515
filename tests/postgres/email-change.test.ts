import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import * as profile from '../../src/lib/server/people/profile.ts';
import { password } from '../support/people/people.ts';
import { AccountScene, gone, origin } from '../support/people/account-scene.ts';

let scene: AccountScene;
let mailing: Accounts;
let silent: Accounts;
beforeAll(async () => {
	scene = await AccountScene.open();
	({ mailing, silent } = scene);
});
afterAll(() => scene.close());

describe('an address', () => {
	const tokenOf = ({ link }: { link: string }) => link.split('/').at(-1) ?? '';

	test('is changed by a link mailed to the new one; the old one hears of it', async () => {
		const { owner, org, email, session, isSignedIn } = await scene.person('fred');
		const asked = await mailing.account.changeEmail({ email: 'f@new.example', password }, owner, origin);
		expect(asked).toEqual({ ok: true, isMailed: true });
		const mail = await scene.mailbox.next('f@new.example');
		expect(mail.link).toMatch(/^https:\/\/logs\.example\/account\/confirm\/[\w-]{43}$/);
		expect(await mailing.account.findNewEmail(tokenOf(mail), owner)).toBe('f@new.example');
		expect(await scene.signsIn(email, password)).toBe(true);

		expect(await mailing.account.confirmEmail(tokenOf(mail), owner, origin)).toEqual({ ok: true });
		expect(await mailing.account.confirmEmail(tokenOf(mail), owner, origin)).toMatchObject(gone);
		expect((await scene.mailbox.next(email)).text).toContain('is now f@new.example');
		expect([await scene.signsIn(email, password), await scene.signsIn('f@new.example', password)]).toEqual([
			false,
			true
		]);
		expect(await isSignedIn(session)).toBe(true);
		expect(await scene.audited(org.id, email)).toContainEqual({
			action: 'changed their e-mail address',
			details: { from: email, to: 'f@new.example' }
		});
	});

	test('is not changed without the password, nor by somebody else’s link, nor a day later', async () => {
		const [{ owner, org }, thief] = [await scene.person('gerd'), await scene.person('hans')];
		const change = (password: string) =>
			mailing.account.changeEmail({ email: 'g@new.example', password }, owner, origin);
		expect(await change('wrong wrong')).toMatchObject({
			status: 400,
			faults: { password: expect.any(String) }
		});
		await change(password);
		const token = tokenOf(await scene.mailbox.next('g@new.example'));
		expect(await scene.audited(org.id, owner.name)).toEqual([
			{ action: 'entered a wrong password', details: { for: 'e-mail address' } },
			{ action: 'asked to change their e-mail address', details: { to: 'g@new.example' } }
		]);
		expect(await mailing.account.findNewEmail(token, thief.owner)).toBeNull();
		expect(await mailing.account.confirmEmail(token, thief.owner, origin)).toMatchObject(gone);
		await scene.database.sql`UPDATE email_tokens SET expires_at = now() WHERE email = 'g@new.example'`;
		expect(await mailing.account.confirmEmail(token, owner, origin)).toMatchObject(gone);
	});

	test('with an account is told only to who reads its mail', async () => {
		const [{ owner }, other] = [await scene.person('ida'), await scene.person('jens')];
		const asked = await mailing.account.changeEmail({ email: other.email, password }, owner, origin);
		expect(asked).toEqual({ ok: true, isMailed: true });
		const mail = await scene.mailbox.next(other.email);
		expect(mail.text).toContain('Another account already has this address');
		expect(mail.link).toBe('');
	});

	test('that got an account meanwhile stays with it', async () => {
		const { owner, email } = await scene.person('kai');
		await mailing.account.changeEmail({ email: 'lena@example.com', password }, owner, origin);
		const token = tokenOf(await scene.mailbox.next('lena@example.com'));
		await scene.person('lena');
		expect(await mailing.account.confirmEmail(token, owner, origin)).toMatchObject({
			...gone,
			faults: { form: expect.stringMatching(/another account/i) }
		});
		expect(await scene.signsIn(email, password)).toBe(true);
	});

	test('changes at once where no mails are sent: of two at the same instant one gets it', async () => {
		const two = [await scene.person('max'), await scene.person('nina')];
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
		const { owner } = await scene.person('otto');
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
			const { owner } = await scene.person(`paul ${n}`);
			await mailing.account.changeEmail(form.values, owner, origin);
		}
		const mail = await scene.mailbox.next('ö@müller.example');
		expect(mail.headers.filter((line) => /^(to|cc|bcc|from):/i.test(line))).toHaveLength(2);
		expect(scene.mailbox.mails.flatMap(({ to }) => to)).not.toContain('paul@new.example');
		await scene.kept.until('dropped'); // told to who runs the server
	});
});
