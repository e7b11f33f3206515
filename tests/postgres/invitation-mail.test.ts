import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { openAccounts } from '../support/people/people.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';
import { someAddress, Teams } from '../support/people/team.ts';

const origin = 'https://logs.example';
let database: TestDatabase;
let mailbox: Mailbox;
let teams: Teams;

beforeAll(async () => {
	database = await testDatabase();
	mailbox = await openMailbox();
	teams = new Teams(database.sql);
});
afterAll(async () => {
	await mailbox.close();
	await database.drop();
});

function mailingTo({ mail }: Mailbox): Accounts['invitations'] {
	return openAccounts(database.sql, {}, { mail }).invitations;
}

test('the mail brings the link to the address alone', async () => {
	const { org, admin } = await teams.team(['admin'], '<b>Mill</b>');
	const form = { email: someAddress(), role: 'member' } as const;
	const invited = await mailingTo(mailbox).create(org, admin, form, origin);
	const shown = invited.ok ? invited : expect.fail('refused');
	expect(shown).toMatchObject({ isMailed: true });
	const mail = await mailbox.next(form.email);
	expect(mail).toMatchObject({ to: [form.email], subject: 'Invitation to <b>Mill</b> on Tailrace' });
	// Another link than the page shows, to the same invitation.
	expect(mail.link).not.toBe(shown.link);
	for (const { link } of [shown, mail]) {
		const token = link.split('/').at(-1) ?? '';
		expect(await teams.people.invitations.find(token)).toMatchObject({ email: form.email });
	}
	expect(mail.text).toContain(`${admin.name} invites you to the organization "<b>Mill</b>"`);
	expect(mail.headers.join('\n')).toMatch(/content-type: text\/plain/i);
});

test('the mail goes to one address, whatever it looks like', async () => {
	const { org, admin } = await teams.team(['admin'], 'Mill\u2028Bcc: x@example.com');
	const form = { email: 'x,victim@example.com', role: 'member' } as const;
	await mailingTo(mailbox).create(org, admin, form, origin);
	expect((await mailbox.next('"x,victim"@example.com')).to).toHaveLength(1);
});

test('no mail is sent for what is refused', async () => {
	const { org, viewer } = await teams.team(['viewer']);
	const form = { email: someAddress(), role: 'viewer' } as const;
	expect(await mailingTo(mailbox).create(org, viewer, form, origin)).toMatchObject({ ok: false });
	expect(mailbox.asked).not.toContain(form.email);
});
