import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../support/problem.ts';
import { startSite, type Site, type Tenant } from '../support/site.ts';

const root = fileURLToPath(new URL('../../src/routes', import.meta.url));

/** The routes of an organization's data; a method each. */
const endpoints = [
	['POST', '/api/logs'],
	['GET', '/api/logs'],
	['GET', '/api/logs/stream']
] as const;
/** Its pages, below its slug. */
const pages = ['/logs'];
/** What belongs to no organization. */
const open = ['/', '/sign-in', '/sign-out', '/sign-up', '/healthz', '/readyz', '/metrics'];

const secret = 'the merger is on friday';

let site: Site;
let mine: Tenant;
let theirs: Tenant;
beforeAll(async () => {
	site = await startSite();
	[mine, theirs] = [await site.tenant(), await site.tenant()];
	await theirs.send(secret);
});
afterAll(() => site.stop());

const body = (method: string) => (method === 'POST' ? { body: 'hello' } : {});

test('every route there is is walked here, or belongs to no organization', () => {
	const files = globSync('**/{+server,+page,+page.server}.{ts,svelte}', { cwd: root });
	const routes = files.map((file) => `/${file.replace(/\/?[^/]*$/, '')}`.replace(/\/\([^)]*\)/g, '') || '/');
	const walked = [...endpoints.map(([, path]) => path), ...pages.map((path) => `/[org]${path}`), ...open];
	expect([...new Set(routes)].sort()).toEqual([...new Set(walked)].sort());
});

describe.each(endpoints)('%s %s', (method, path) => {
	const call = (from: Tenant, query = '') => from.fetch(`${path}${query}`, { method, ...body(method) });

	test('of another organization does not exist, for a key as for a session', async () => {
		const before = await theirs.messages();
		const query = `?org=${theirs.org.slug}`;
		await expectProblem(await call(mine, query), 404);
		await expectProblem(await call(await mine.signedIn(), query), 404);
		expect(await theirs.messages()).toEqual(before);
	});

	test('of an organization that there is not is answered in the same way', async () => {
		const answers = [theirs.org.slug, 'no-such-org'].map(async (slug) => {
			const { detail } = await expectProblem(await call(await mine.signedIn(), `?org=${slug}`), 404);
			return String(detail).replace(slug, '…');
		});
		const [other, none] = await Promise.all(answers);
		expect(other).toBe(none);
	});

	test('is for nobody without a key or a session', async () => {
		await expectProblem(await call(mine.with({})), 401);
		await expectProblem(await call(mine.with({}), `?org=${mine.org.slug}`), 401);
		for (const authorization of [
			'Bearer wrong',
			`Bearer ${mine.made.key}x`,
			'Bearer',
			`Token ${mine.made.key}`,
			mine.made.key,
			'Basic %%%'
		]) {
			await expectProblem(await call(mine.with({ authorization })), 401);
		}
		await expectProblem(
			await call(mine.with({ cookie: `tailrace_session=${'a'.repeat(40)}`, origin: mine.origin })),
			401
		);
	});

	test('needs the scope', async () => {
		const [needed, other] = method === 'POST' ? (['write', 'read'] as const) : (['read', 'write'] as const);
		const { detail } = await expectProblem(await call(await mine.withKey([other])), 403);
		expect(detail).toContain(`"${needed}"`);
		const answer = await call(await mine.withKey([needed]));
		expect(answer.status).toBe(200);
		await answer.body?.cancel();
	});

	test('by a session needs to know the organization', async () => {
		await expectProblem(await call(await mine.signedIn()), 400);
		const answer = await call(await mine.signedIn(), `?org=${mine.org.slug}`);
		expect(answer.status).toBe(200);
		await answer.body?.cancel();
	});

	test('takes the key as a password, too', async () => {
		const credentials = Buffer.from(`anybody:${mine.made.key}`).toString('base64');
		const answer = await call(mine.with({ authorization: `Basic ${credentials}` }));
		expect(answer.status).toBe(200);
		await answer.body?.cancel();
	});
});

describe.each(pages)('the page %s', (path) => {
	test.each(['', '/__data.json'])('of another organization shows nothing of it%s', async (suffix) => {
		const answer = await (await mine.signedIn()).fetch(`/${theirs.org.slug}${path}${suffix}`);
		const text = await answer.text();
		expect(text).not.toContain(secret);
		// Kit answers a page's data with 200 and the error in it.
		expect(suffix === '' ? answer.status : text).toEqual(
			suffix === '' ? 404 : expect.stringContaining('"status":404')
		);
		const own = await (await theirs.signedIn()).fetch(`/${theirs.org.slug}${path}${suffix}`);
		expect(await own.text()).toContain(secret);
	});

	test('leads a stranger to sign in', async () => {
		const answer = await mine.with({}).fetch(`/${theirs.org.slug}${path}`, { redirect: 'manual' });
		expect([answer.status, answer.headers.get('location')]).toEqual([
			303,
			`/sign-in?next=${encodeURIComponent(`/${theirs.org.slug}${path}`)}`
		]);
	});

	test('takes no key', async () => {
		const answer = await theirs.fetch(`/${theirs.org.slug}${path}`, { redirect: 'manual' });
		expect(answer.status).toBe(303);
	});
});

test('a key sees the lines of its own organization only, in the list and in the stream', async () => {
	const stream = await mine.stream('after=0');
	await theirs.send(secret);
	await mine.send('mine, the last');
	const text = await stream.until((text) => text.includes('mine, the last'));
	await stream.close();
	expect(text).not.toContain(secret);
	expect(await mine.messages()).not.toContain(secret);
});

test('a viewer sees everything and sends nothing', async () => {
	const tenant = await site.tenant();
	await site.database.sql`UPDATE memberships SET role = 'viewer' WHERE org_id = ${tenant.org.id}`;
	const viewer = await tenant.signedIn();
	const path = `/api/logs?org=${tenant.org.slug}`;
	const { detail } = await expectProblem(await viewer.post('hello', {}, path), 403);
	expect(detail).toContain('viewer');
	expect((await viewer.fetch(path)).status).toBe(200);
	await site.database.sql`UPDATE memberships SET role = 'member' WHERE org_id = ${tenant.org.id}`;
	expect((await viewer.post('hello', {}, path)).status).toBe(200);
});

describe('a request with a cookie that changes something', () => {
	const path = () => `/api/logs?org=${mine.org.slug}`;
	const formType = { 'content-type': 'application/x-www-form-urlencoded' };

	test('is refused from another site, and stores nothing', async () => {
		const before = await mine.messages();
		const session = await mine.signedIn();
		for (const origin of [
			'https://evil.example',
			'null',
			`${mine.origin}.evil.example`,
			'http://127.0.0.1:1'
		]) {
			await expectProblem(await session.post('hello', { origin, ...formType }, path()), 403);
		}
		expect(await mine.messages()).toEqual(before);
	});

	test('is refused when it does not say where it comes from', async () => {
		const cookie = `tailrace_session=${await mine.made.makeSession()}`;
		await expectProblem(await mine.with({ cookie }).post('hello', formType, path()), 403);
	});

	test('cannot sign anybody out from another site', async () => {
		const session = await mine.signedIn();
		const forged = await session.fetch('/sign-out', {
			method: 'POST',
			headers: { origin: 'https://evil.example' }
		});
		await expectProblem(forged, 403);
		expect((await session.fetch(path())).status).toBe(200);
	});
});

test('a request with a key comes from anywhere, as curl -d sends it', async () => {
	const tenant = await site.tenant();
	const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.example' };
	expect((await tenant.post('{"message":"from curl"}', headers)).status).toBe(200);
	expect(await tenant.messages()).toEqual(['from curl']);
});
