import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../support/tenancy/matrix.ts';
import { requestOf } from '../support/tenancy/matrix-requests.ts';
import { makeScene, type Scene } from '../support/tenancy/matrix-scene.ts';
import { password } from '../support/people/people.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
let scene: Scene;
beforeAll(async () => {
	site = await startSite({ SIGN_UP: 'open', TRUSTED_PROXIES: '127.0.0.1' });
	scene = await makeScene(site);
});
afterAll(() => site.stop());

const form = (fields: Record<string, string>) => ({
	method: 'POST',
	redirect: 'manual' as const,
	body: new URLSearchParams(fields),
	headers: { origin: site.server.url, accept: 'text/html' }
});
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
	const init = form(fields);
	return fetch(site.server.url + path, { ...init, headers: { ...init.headers, ...headers } });
};
const signIn = (next = '', headers: Record<string, string> = {}) =>
	post(`/sign-in${next}`, { email: scene.people.owner.email, password }, headers);
const sessionIn = (answer: Response) =>
	/tailrace_session=([^;]*)/.exec(answer.headers.getSetCookie().join('\n'))?.[1] ?? '';

describe('another site', () => {
	const changing = rows.map(({ way }) => way).filter((way) => !/^(GET|HEAD) /.test(way));

	test.each(changing)('cannot send %s with somebody’s cookie', async (way) => {
		const before = await scene.state();
		const origins: Record<string, string>[] = [
			{ origin: 'https://evil.example' },
			{ origin: 'null' },
			{},
			// Where keys are taken, one decides instead of the cookie.
			...(way.includes(' /api/') ? [] : [{ origin: 'https://evil.example', authorization: 'Basic eA==' }])
		];
		for (const origin of origins) {
			const { path, ...init } = requestOf(way, scene, true);
			const headers = { ...init.headers, cookie: scene.people.owner.cookie, ...origin };
			const answer = await fetch(site.server.url + path, { ...init, redirect: 'manual', headers });
			expect(answer.status, `with ${JSON.stringify(origin)}`).toBe(403);
			await answer.body?.cancel();
		}
		expect(await scene.state()).toBe(before);
	});
});

describe('a form larger than 64 KiB', () => {
	const part = new TextEncoder().encode('\ufdfa'.repeat(10_000));
	/** Sent in parts, hence without a length. */
	const stream = (parts: number) =>
		new ReadableStream({
			pull(controller) {
				if (parts-- > 0) controller.enqueue(part);
				else controller.close();
			}
		});
	const large = (name: string, length: number) => {
		const data = new FormData();
		data.set('email', 'somebody@example.com');
		data.set(name, '\ufdfa'.repeat(length));
		return data;
	};

	test.each([
		['declared', '/sign-up', () => large('password', 25_000)],
		['declared, ten megabytes', '/sign-up', () => large('organization', 3_600_000)],
		['in parts', '/sign-in', () => stream(4)],
		['in parts, ten megabytes', '/sign-in', () => stream(400)],
		['of who is signed in', '/account?/name', () => large('name', 25_000)]
	])('is refused before it is read: %s', async (_, path, body) => {
		const init = {
			...form({}),
			body: body(),
			duplex: 'half',
			headers: { origin: site.server.url, accept: 'text/html', cookie: scene.people.owner.cookie }
		} as RequestInit;
		if (init.body instanceof ReadableStream)
			Object.assign(init.headers ?? {}, { 'content-type': 'application/x-www-form-urlencoded' });
		const answer = await fetch(site.server.url + path, init);
		expect(answer.status).toBe(413);
		expect(await answer.text()).toContain('This form is larger than the 64 KiB that one may have.');
	});

	test('is told to a page with JavaScript as well, and one below it is read', async () => {
		const answer = await fetch(`${site.server.url}/sign-up`, {
			...form({}),
			body: large('name', 25_000),
			headers: { origin: site.server.url, accept: 'application/json' }
		});
		expect(await answer.json()).toMatchObject({
			type: 'error',
			error: { message: expect.stringMatching(/^This form is larger/) }
		});
		const read = await fetch(`${site.server.url}/sign-up`, { ...form({}), body: large('name', 20_000) });
		expect(read.status).toBe(400);
		expect(await read.text()).toContain('Use at most 100 characters.');
	});
});

describe('a session', () => {
	test('begins with a token of the server’s own, whatever cookie was there before', async () => {
		const planted = 'a'.repeat(40);
		const token = sessionIn(await signIn('', { cookie: `tailrace_session=${planted}` }));
		expect(token).toMatch(/^[a-z2-7]{40}$/);
		expect(token).not.toBe(planted);
		for (const [cookie, status] of [
			[planted, 401],
			[token, 200]
		] as const) {
			const headers = { cookie: `tailrace_session=${cookie}` };
			const answer = await fetch(`${site.server.url}/api/logs?org=${scene.org.slug}`, { headers });
			expect(answer.status).toBe(status);
		}
	});

	test('that somebody planted is not the one that its victim goes on with, and ends', async () => {
		const planted = sessionIn(await signIn());
		const victim = sessionIn(await signIn('', { cookie: `tailrace_session=${planted}` }));
		expect(victim).not.toBe(planted);
		const headers = { cookie: `tailrace_session=${planted}` };
		const answer = await fetch(`${site.server.url}/api/logs?org=${scene.org.slug}`, { headers });
		expect(answer.status).toBe(401);
	});

	test('that was signed out of is nobody’s, on pages, endpoints and forms', async () => {
		const cookie = `tailrace_session=${sessionIn(await signIn())}`;
		expect((await post('/sign-out', {}, { cookie })).status).toBe(303);
		const get = (path: string) => fetch(site.server.url + path, { redirect: 'manual', headers: { cookie } });
		expect((await get(`/api/logs?org=${scene.org.slug}`)).status).toBe(401);
		expect((await get(`/api/logs/stream?org=${scene.org.slug}`)).status).toBe(401);
		expect((await get(`/${scene.org.slug}/logs`)).headers.get('location')).toMatch(/^\/sign-in\?next=/);
		expect((await get('/account')).headers.get('location')).toMatch(/^\/sign-in\?next=/);
	});

	test('is in a cookie that scripts do not see and other sites do not send', async () => {
		const cookie = (await signIn()).headers.getSetCookie().find((one) => one.startsWith('tailrace_session='));
		expect(cookie).toMatch(/; HttpOnly/);
		expect(cookie).toMatch(/; SameSite=Lax/);
	});
});

test.each([
	'//evil.example',
	'/\\evil.example',
	'https://evil.example/',
	'/%5Cevil.example',
	'/\t/evil.example',
	'javascript:alert(1)',
	'/x\r\nSet-Cookie: planted=1'
])('?next=%j leads nowhere else', async (next) => {
	const query = `?next=${encodeURIComponent(next)}`;
	for (const answer of [
		await signIn(query),
		await fetch(`${site.server.url}/sign-in${query}`, {
			redirect: 'manual',
			headers: { cookie: scene.people.owner.cookie }
		})
	]) {
		expect(answer.status).toBe(303);
		const location = answer.headers.get('location') ?? '';
		expect(new URL(location, site.server.url).origin).toBe(site.server.url);
		expect(answer.headers.get('set-cookie') ?? '').not.toContain('planted');
	}
});

describe('a line break', () => {
	const broken = 'a\r\nSet-Cookie: planted=1\r\n\r\n<script>';

	test('in an address comes back in no header', async () => {
		for (const path of [
			'/sign-in?next=',
			`/${scene.org.slug}/logs?q=`,
			`/${scene.org.slug}/settings/audit?q=`
		]) {
			const answer = await fetch(site.server.url + path + encodeURIComponent(broken), {
				redirect: 'manual',
				headers: { cookie: scene.people.owner.cookie }
			});
			expect(answer.headers.get('set-cookie') ?? '').not.toContain('planted');
			expect(await answer.text()).not.toContain('<script>\r');
		}
	});

	test('in a name is refused', async () => {
		const answer = await post('/sign-up', {
			organization: broken,
			name: broken,
			email: 'somebody@example.com',
			password
		});
		expect(answer.status).toBe(400);
	});
});
