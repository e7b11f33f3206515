import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { passwords } from '../../src/lib/server/people/passwords.ts';
import { signIn } from '../../src/lib/server/people/sign-in.ts';
import { password } from '../support/people/people.ts';
import { AccountScene, newPassword } from '../support/people/account-scene.ts';

let scene: AccountScene;
let silent: Accounts;
beforeAll(async () => {
	scene = await AccountScene.open();
	({ silent } = scene);
});
afterAll(() => scene.close());

describe('a password', () => {
	test('is changed by who knows the present one; all other sessions end, this one stays', async () => {
		const { owner, org, email, session, sessionId, other, isSignedIn } = await scene.person('bob');
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
		expect([await scene.signsIn(email, password), await scene.signsIn(email, newPassword)]).toEqual([
			false,
			true
		]);
		expect((await scene.audited(org.id, email)).slice(0, 2)).toEqual([
			{ action: 'entered a wrong password', details: { for: 'password' } },
			{ action: 'changed their password', details: { 'ended sessions': 1 } }
		]);
	});

	test('is guessed ten times by whoever is signed in, which strangers at sign-in do not use up', async () => {
		const { owner, org, email, sessionId } = await scene.person('carl');
		const change = (password: string) =>
			silent.account.changePassword({ password, newPassword }, owner, sessionId);
		for (let n = 0; n < 12; n++) await scene.signsIn(email, 'wrong wrong');
		for (let n = 0; n < 10; n++) expect(await change('wrong wrong')).toMatchObject({ status: 400 });
		expect(await change(password)).toMatchObject({ status: 429, retryAfterS: expect.any(Number) });
		const refused = { for: 'password', reason: 'too many attempts' };
		expect((await scene.audited(org.id, email)).slice(22)).toEqual([
			{ action: 'entered a wrong password', details: refused }
		]);
	});

	test('that is changed while somebody signs in with the old one lets nobody in', async () => {
		const { owner, org, email, sessionId } = await scene.person('dora');
		const real = passwords();
		const slow = {
			...real,
			async verify(hash: string, text: string) {
				const isRight = await real.verify(hash, text);
				await silent.account.changePassword({ password, newPassword }, owner, sessionId);
				return isRight;
			}
		};
		const signedIn = await signIn(scene.database.sql, slow, { email, password }, scene.somewhere());
		expect(signedIn).toMatchObject({ ok: false, status: 400 });
		expect(await silent.sessions.list(owner.id)).toHaveLength(1);
		const details = { reason: 'password changed meanwhile' };
		expect(await scene.audited(org.id, email)).toContainEqual({ action: 'failed to sign in', details });
	});

	test('is changed once by two who know it at the same instant', async () => {
		const { owner, org, email, sessionId } = await scene.person('emil');
		const chosen = ['the first new one', 'the second new one'];
		const changes = await Promise.all(
			chosen.map((newPassword) => silent.account.changePassword({ password, newPassword }, owner, sessionId))
		);
		expect(changes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await scene.signsIn(email, chosen[changes.findIndex(({ ok }) => ok)] ?? '')).toBe(true);
		const actions = (await scene.audited(org.id, email)).map(({ action }) => action);
		expect(actions).toEqual(['changed their password', 'entered a wrong password', 'signed in']);
	});
});
