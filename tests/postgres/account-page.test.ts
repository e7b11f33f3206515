import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import * as profile from '../../src/lib/server/people/profile.ts';
import { password } from '../support/people/people.ts';
import { AccountScene, origin } from '../support/people/account-scene.ts';

let scene: AccountScene;
let mailing: Accounts;
let silent: Accounts;
beforeAll(async () => {
	scene = await AccountScene.open();
	({ mailing, silent } = scene);
});
afterAll(() => scene.close());

describe('a name', () => {
	test('is changed, and who changed it from what is recorded; the same name is no change', async () => {
		const { owner, org, session } = await scene.person('ada');
		await silent.account.changeName('Ada <script>', owner);
		await silent.account.changeName('Ada <script>', owner);
		const found = await silent.sessions.validate(session.token, owner);
		expect(found?.user.name).toBe('Ada <script>');
		expect(await scene.audited(org.id, owner.name)).toEqual([
			{ action: 'changed their name', details: { from: 'ada', to: 'Ada <script>' } }
		]);
	});

	test.each(['', '   ', 'x'.repeat(101), 'two\nlines', 'a\r\nBcc: b@example.com'])('is not %j', (name) => {
		expect(forms.read(profile.nameForm, { name })).toMatchObject({ ok: false });
	});
});

test('all that can happen to an account at once waits for its turn, and for nothing else', async () => {
	const { owner, email, session, sessionId } = await scene.person('sven');
	const { account, passwordReset } = mailing;
	const asked = () => ({ from: scene.somewhere(), origin });
	for (let round = 0; round < 4; round++) {
		await passwordReset.ask(email, asked());
		const token = (await scene.mailbox.next(email)).link.split('/').at(-1) ?? '';
		await scene.database
			.sql`UPDATE sessions SET last_used_at = now() - interval '1 hour' WHERE user_id = ${owner.id}`;
		// Rejects for a deadlock.
		await Promise.all([
			mailing.sessions.validate(session.token, owner),
			scene.signsIn(email, password),
			passwordReset.ask(email, asked()),
			passwordReset.use(token, password, scene.somewhere()),
			account.changePassword({ password, newPassword: password }, owner, sessionId),
			account.changeEmail({ email: `sven-${round}@new.example`, password }, owner, origin),
			account.changeName(`Sven ${round}`, owner),
			account.endOtherSessions(sessionId, owner)
		]);
		await scene.database.sql`DELETE FROM rate_limits`;
	}
	expect(await scene.signsIn(email, password)).toBe(true);
});

test('links and windows of limits that have expired are forgotten, however many', async () => {
	const { sql } = scene.database;
	const { owner } = await scene.person('rosa');
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
