import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { freePort } from '../support/server/other-postgres.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { openMailbox, type Mailbox } from '../support/people/smtp.ts';

let database: TestDatabase;
let mailbox: Mailbox;
let server: Server;
let hosts = 0;

beforeAll(async () => {
	database = await testDatabase();
	mailbox = await openMailbox();
	const port = String(await freePort());
	const env = {
		DATABASE_URL: database.url,
		PORT: port,
		ORIGIN: `http://127.0.0.1:${port}`,
		SMTP_URL: mailbox.url,
		SIGN_UP: 'open',
		TRUSTED_PROXIES: '127.0.0.1'
	};
	server = await startServer({ env });
});
afterAll(async () => {
	await server.stop();
	await mailbox.close();
	await database.drop();
});

/** As a browser without JavaScript asks, each time from another address. */
function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
	const headers = {
		accept: 'text/html',
		origin: server.url,
		'x-forwarded-for': `198.51.100.${hosts++}`,
		...init.headers
	};
	return fetch(new URL(path, server.url), { redirect: 'manual', ...init, headers });
}

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
	return ask(path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

async function person(name: string) {
	const { user, session } = await signUp(openAccounts(database.sql), name);
	return { email: user.email, headers: { cookie: `tailrace_session=${session.token}` } };
}

const signsIn = async (email: string, password: string) =>
	(await openAccounts(database.sql).signIn({ email, password }, from(`192.0.2.${hosts++}`))).ok;

/** A page as it is read, without what differs each time. */
const pageOf = async (response: Response, email: string) =>
	(await response.text()).replaceAll(email, '…').replace(/nonce[=-]["']?[\w+/=]+|__sveltekit_\w+/g, '');

describe('a forgotten password', () => {
	test('gives the same page whether there is an account or not', async () => {
		const { email } = await person('ada');
		const pages = [];
		for (const typed of [email, 'nobody@example.com']) {
			const response = await post('/reset-password', { email: typed });
			expect(response.status).toBe(200);
			pages.push(await pageOf(response, typed));
		}
		expect(pages[0]).toContain('Check your email');
		expect(pages[1]).toBe(pages[0]);
	});

	test('is set by posting, not by looking, and once', async () => {
		const { email } = await person('bob');
		await post('/reset-password', { email });
		const { link } = await mailbox.next(email);
		for (let n = 0; n < 3; n++) {
			const page = await ask(link);
			expect(page.status).toBe(200);
			expect(await page.text()).toContain(email);
		}
		expect(await signsIn(email, password)).toBe(true);

		const weak = await post(link, { password: 'password1' });
		expect(weak.status).toBe(400);
		expect(await weak.text()).toContain('This password is too common');
		const set = await post(link, { password: 'a stapled battery horse' });
		expect([set.status, set.headers.get('location')]).toEqual([303, '/sign-in?reset']);
		expect(await (await ask('/sign-in?reset')).text()).toContain('Your new password is set');
		expect(await signsIn(email, 'a stapled battery horse')).toBe(true);
		for (const again of [await ask(link), await post(link, { password: 'yet another one' })]) {
			expect(again.status).toBe(410);
			expect(await again.text()).toContain('This link is no longer valid.');
		}
	});

	test('is asked for five times an hour from a network', async () => {
		const headers = { 'x-forwarded-for': '203.0.113.1' };
		const ask = () => post('/reset-password', { email: 'somebody@example.com' }, headers);
		for (let n = 0; n < 5; n++) expect((await ask()).status).toBe(200);
		const refused = await ask();
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
	});
});

describe('signing up', () => {
	const form = (email: string) => ({ name: '<b>New</b>', email, password, organization: '<i>Mill</i>' });

	test('gives the same page whether there is an account or not', async () => {
		const { email } = await person('carl');
		const pages = [];
		for (const typed of [email, 'new-one@example.com']) {
			const response = await post('/sign-up', form(typed));
			expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
			pages.push(await pageOf(response, typed));
		}
		expect(pages[0]).toContain('Check your email');
		expect(pages[1]).toBe(pages[0]);
	});

	test('makes the account by posting to the link, and begins the session', async () => {
		await post('/sign-up', form('dora@example.com'));
		const { link } = await mailbox.next('dora@example.com');
		const page = await ask(link);
		expect(await page.text()).toContain('&lt;i>Mill&lt;/i>');
		const made = await post(link, { password });
		expect([made.status, made.headers.get('location')]).toEqual([303, '/i-mill-i/logs']);
		const [cookie = ''] = made.headers.getSetCookie().filter((line) => line.startsWith('tailrace_session='));
		expect(cookie).toMatch(/HttpOnly; SameSite=Lax/i);
		const account = await ask('/account', { headers: { cookie: cookie.split(';')[0] ?? '' } });
		expect(await account.text()).toContain('value="&lt;b>New&lt;/b>"');
		expect((await post(link, { password })).status).toBe(410);
	});
});

describe('the account', () => {
	test('is for who is signed in: all others are led there first, also with a form', async () => {
		for (const path of ['/account', '/account/sessions', `/account/confirm/${'a'.repeat(43)}`]) {
			const response = await ask(path);
			const location = `/sign-in?next=${encodeURIComponent(path)}`;
			expect([response.status, response.headers.get('location')]).toEqual([303, location]);
		}
		const forms = ['/account?/name', '/account?/email', '/account?/password', '/account/sessions?/end'];
		for (const path of [...forms, '/account/sessions?/endOthers', `/account/confirm/${'a'.repeat(43)}`]) {
			const response = await post(path, { name: 'Nobody', id: 'a', email: 'a@b.c', password });
			expect([response.status, response.headers.get('location')]).toEqual([
				303,
				`/sign-in?next=${encodeURIComponent(path)}`
			]);
		}
	});

	test('changes its address by posting to the link, signed in to it', async () => {
		const [emil, fred] = [await person('emil'), await person('fred')];
		const asked = await post('/account?/email', { email: 'emil@new.example', password }, emil.headers);
		expect(await asked.text()).toContain('the link that we sent to emil@new.example');
		const { link } = await mailbox.next('emil@new.example');
		expect((await ask(link, fred)).status).toBe(410);
		expect((await post(link, {}, fred.headers)).status).toBe(410);
		expect(await (await ask(link, emil)).text()).toContain('emil@new.example');
		expect(await signsIn(emil.email, password)).toBe(true);
		const changed = await post(link, {}, emil.headers);
		expect([changed.status, changed.headers.get('location')]).toEqual([303, '/account?confirmed']);
		expect(await signsIn('emil@new.example', password)).toBe(true);
		expect((await mailbox.next(emil.email)).subject).toBe('Your Tailrace address was changed');
		expect((await post(link, {}, emil.headers)).status).toBe(410);
	});

	test('lists its sessions with the device, and ends none of another', async () => {
		const [gerd, hans] = [await person('gerd'), await person('hans')];
		const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
		const signedIn = await post('/sign-in', { email: gerd.email, password }, { 'user-agent': firefox });
		expect(signedIn.status).toBe(303);
		const page = await (await ask('/account/sessions', gerd)).text();
		expect(page).toContain('Firefox on Linux');
		const id = /name="id" value="([\da-f]{64})"/.exec(page)?.[1] ?? '';
		expect((await post('/account/sessions?/end', { id }, hans.headers)).status).toBe(404);
		expect((await post('/account/sessions?/end', { id: '\0' }, hans.headers)).status).toBe(404);
		expect((await post('/account/sessions?/end', { id }, gerd.headers)).status).toBe(200);
		expect((await post('/account/sessions?/end', { id }, gerd.headers)).status).toBe(404);
	});

	test('refuses guesses of the password after ten, with when to try again', async () => {
		const { headers } = await person('ida');
		const change = (password: string) =>
			post('/account?/password', { password, newPassword: 'a stapled battery horse' }, headers);
		for (let n = 0; n < 10; n++) expect((await change('wrong wrong')).status).toBe(400);
		const refused = await change(password);
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
	});
});

test('signing in keeps where one was going, also after a wrong password', async () => {
	const { email } = await person('jens');
	const path = '/sign-in?next=%2Faccount%2Fsessions';
	const wrong = await post(path, { email, password: 'wrong wrong' });
	expect(wrong.status).toBe(400);
	expect(await wrong.text()).not.toContain('action=');
	expect((await post(path, { email, password })).headers.get('location')).toBe('/account/sessions');
});

test('a mail that was asked for just before the server stops arrives', async () => {
	const { email } = await person('kai');
	await post('/reset-password', { email });
	await server.stop();
	expect(mailbox.mails.flatMap(({ to }) => to)).toContain(email);
});
