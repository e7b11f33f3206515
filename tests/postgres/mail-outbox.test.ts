import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { postOffice } from '../../src/lib/server/mail/post.ts';
import { create } from '../../src/lib/server/mail/tokens.ts';
import { put } from '../../src/lib/server/outbox/postgres.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { keepTold } from '../support/logs/deliveries.ts';
import { from, openAccounts, signUp } from '../support/people/people.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';

const origin = 'https://logs.example';
let database: TestDatabase;
let hosts = 0;

beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

function accountsMailingTo({ mail }: Pick<Mailbox, 'mail'>) {
	const kept = keepTold();
	return { people: openAccounts(database.sql, {}, { mail, watch: kept.watch }), ...kept };
}

const ask = (people: Accounts, email: string) =>
	people.passwordReset.ask(email, { from: from(`198.51.100.${hosts++}`), origin });

const waiting = () => database.sql<{ attempts: number; last_error: string | null }[]>`
	SELECT attempts, last_error FROM outbox ORDER BY id`;

async function person(name: string): Promise<string> {
	return (await signUp(openAccounts(database.sql), name)).user.email;
}

test('a mail outlasts its mail server and the server itself, and says no secret while it waits', async () => {
	const email = await person('ada');
	const away = await openMailbox();
	await away.close();
	const before = accountsMailingTo(away);
	expect(await ask(before.people, email)).toEqual({ ok: true });
	await before.until('postponed');
	await before.people.close();
	expect(await waiting()).toEqual([{ attempts: 1, last_error: expect.stringContaining('ECONNREFUSED') }]);
	expect(await before.people.mails?.trouble()).toEqual({
		count: 1,
		lastError: expect.stringContaining('ECONNREFUSED')
	});
	const { text } = (await database.sql`SELECT string_agg(o::text, '') AS text FROM outbox o`)[0] ?? {};
	expect(text).toContain(`${origin}/reset-password/`);
	expect(text).not.toMatch(/reset-password\/[\w-]{43}/);

	await database.sql`UPDATE outbox SET due_at = now()`; // as if the wait were over
	const back = await openMailbox(away.port);
	onTestFinished(() => back.close());
	const after = accountsMailingTo(back);
	await after.people.mails?.look();
	const { link } = await back.next(email);
	expect(await after.people.passwordReset.find(link.split('/').at(-1) ?? '')).toMatchObject({ email });
	await after.until('delivered');
	await after.people.close();
	expect(await waiting()).toEqual([]);
	expect(await after.people.mails?.trouble()).toBeNull();
});

test('of two links that were asked for while the mail server was away only the newer is mailed', async () => {
	const email = await person('bob');
	const mailbox = await openMailbox();
	onTestFinished(() => mailbox.close());
	const closed = await openMailbox();
	await closed.close();
	const before = accountsMailingTo(closed);
	for (let n = 0; n < 2; n++) await ask(before.people, email);
	await before.people.close();

	const left = (await waiting()).length; // perhaps both: the older may have been tried before there was a newer
	await database.sql`UPDATE outbox SET due_at = now()`;
	const after = accountsMailingTo(mailbox);
	await after.people.mails?.look();
	await after.until('delivered', left);
	await after.people.close();
	expect(await waiting()).toEqual([]);
	expect(mailbox.mails.map(({ to }) => to)).toEqual([[email]]);
});

test('a mail goes out after the answer to who posted it, by itself', async () => {
	const mailbox = await openMailbox();
	onTestFinished(() => mailbox.close());
	const { people, until } = accountsMailingTo(mailbox);
	await ask(people, await person('carl'));
	expect(mailbox.asked).toEqual([]);
	await until('delivered');
	await people.close();
});

test('a recipient that the mail server refuses for good is not tried again', async () => {
	const mailbox = await openMailbox();
	onTestFinished(() => mailbox.close());
	const kept = keepTold();
	const office = postOffice(database.sql, mailbox.mail, kept.watch);
	const letter = {
		to: 'nobody@refused.example',
		subject: 'Hello',
		text: 'Hello.\n',
		link: null,
		lifeMs: 60_000
	};
	await office.post(database.sql, letter);
	await kept.until('dropped');
	await office.close();
	expect(await waiting()).toEqual([]);
});

test('a mail server that takes nothing does not hold up the end, and the mail stays for the next start', async () => {
	const kept = keepTold();
	const asked = Promise.withResolvers<void>();
	const hang = () => {
		asked.resolve();
		return new Promise<void>(() => {});
	};
	const office = postOffice(database.sql, hang, kept.watch, 10);
	const letter = { to: 'ada@example.com', subject: 'Hello', text: 'Hello.\n', link: null, lifeMs: 60_000 };
	await office.post(database.sql, letter);
	await asked.promise;
	await office.close();
	expect(kept.told).toEqual([]);
	expect(await waiting()).toEqual([{ attempts: 1, last_error: null }]);
	await database.sql`DELETE FROM outbox`;
});

test('there is no mail of what was rolled back, and none for a link that has ended', async () => {
	const mailbox = await openMailbox();
	onTestFinished(() => mailbox.close());
	const kept = keepTold();
	const office = postOffice(database.sql, mailbox.mail, kept.watch);
	const token = { purpose: 'reset password', userId: null, email: 'x@example.com', data: {} } as const;
	const letter = { to: 'x@example.com', subject: 'Hello', text: '{token}\n', lifeMs: 60_000 };
	const rolledBack = transact(database.sql, async (transaction) => {
		await office.post(transaction, { ...letter, link: null });
		throw new Error('changed our mind');
	});
	await expect(rolledBack).rejects.toThrow('changed our mind');
	await office.post(database.sql, {
		...letter,
		link: await create(database.sql, { ...token, lifeMs: 0 })
	});
	await office.close();
	expect(await waiting()).toEqual([]);
	expect(mailbox.asked).toEqual([]);
});

test('what nobody is there to send is deleted once it has expired', async () => {
	const mail = { kind: 'mail', lane: null, payload: {}, delayMs: 0 };
	await put(database.sql, { ...mail, lifeMs: 0 });
	await put(database.sql, { ...mail, lifeMs: null });
	await openAccounts(database.sql).forgetOld();
	expect(await waiting()).toHaveLength(1);
});
