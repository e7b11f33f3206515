import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Account } from '../support/server/server.ts';
import { proxy, type Proxy } from '../support/server/proxy.ts';
import { rawRequest } from '../support/server/raw-request.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
let nginx: Proxy;
let account: Account;
beforeAll(async () => {
	site = await startSite();
	nginx = await proxy(site.server.url);
	account = await site.server.bootstrap();
});
afterAll(async () => {
	nginx.close();
	await site.stop();
});

/** What a browser sends that knows us by a name of its own. */
const host = 'logs.example.com';
const origin = `http://${host}`;
const page = { host, origin, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };

function signIn(to: string, email: string, password: string, headers: Record<string, string> = page) {
	const body = new URLSearchParams({ email, password }).toString();
	return rawRequest(to, { method: 'POST', path: '/sign-in', headers, body });
}

describe('behind nginx with its default Host, without ORIGIN', () => {
	test('a form is refused with a page that says which setting is missing', async () => {
		const refused = await signIn(nginx.url, account.user.email, account.password);
		expect([refused.status, refused.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
		expect(refused.text).toContain(`set ORIGIN=${origin}`);
		expect(refused.headers['cache-control']).toBe('no-store');
		expect(refused.headers['x-frame-options']).toBe('DENY');
	});

	test('one that a script sends is told the same, as a problem', async () => {
		const scripted = { ...page, accept: 'application/json', 'x-sveltekit-action': 'true' };
		const refused = await signIn(nginx.url, account.user.email, account.password, scripted);
		expect(refused.headers['content-type']).toBe('application/problem+json');
		expect(JSON.parse(refused.text)).toMatchObject({
			status: 403,
			detail: expect.stringContaining('ORIGIN')
		});
	});

	test('an attack from another site is told of no setting', async () => {
		const forged = { ...page, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
		const refused = await signIn(nginx.url, account.user.email, account.password, forged);
		expect(refused.status).toBe(403);
		expect(refused.text).not.toContain('ORIGIN');
	});

	test('it works where the proxy passes on the Host', async () => {
		const passing = await proxy(site.server.url, (headers) => ({ host: headers.host }));
		const signedIn = await signIn(passing.url, account.user.email, account.password).finally(passing.close);
		expect(signedIn.status).toBe(303);
	});
});

describe('a proxy that is not in TRUSTED_PROXIES', () => {
	const forwarding = () =>
		proxy(site.server.url, (headers) => ({ host: headers.host, 'x-forwarded-for': '203.0.113.9' }));

	test('is told to the log once, and to instance admins', async () => {
		const trusting = await forwarding();
		const signedIn = await signIn(trusting.url, account.user.email, account.password);
		const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
		await site.database.sql`UPDATE users SET instance_admin = true WHERE id = ${account.user.id}`;
		const admin = await rawRequest(trusting.url, {
			path: '/admin',
			headers: { host, cookie, accept: 'text/html' }
		});
		trusting.close();
		expect([admin.status, admin.text]).toEqual([200, expect.stringContaining('Is this your proxy?')]);
		expect(admin.text).toMatch(/127\.0\.0\.1.*\(\d+ requests\)/);
		expect(site.server.output().match(/TRUSTED_PROXIES/g)).toHaveLength(1);
	});

	test('locks out nobody because of a stranger behind it', async () => {
		const trusting = await forwarding();
		for (let n = 0; n < 30; n++)
			expect((await signIn(trusting.url, `stranger-${n}@example.com`, 'wrong wrong')).status).toBe(400);
		for (let n = 0; n < 30; n++) await signIn(trusting.url, 'stranger@example.com', 'wrong wrong');
		const other = await site.server.bootstrap('other');
		const first = await signIn(trusting.url, other.user.email, other.password);
		trusting.close();
		expect(first.status, 'the first sign-in of somebody else').toBe(303);
	});
});

test('a request with two Host headers is refused, whatever they say', async () => {
	for (const second of [host, 'evil.example']) {
		const socket = connect(site.server.port, '127.0.0.1');
		socket.write(`GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nhOst: ${second}\r\n\r\n`);
		const [answer] = (await once(socket, 'data')) as [Buffer];
		expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 .*several Host headers/s);
		await once(socket, 'close');
	}
});
