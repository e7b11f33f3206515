import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { endpoints, pages } from '../support/tenancy/routes.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

const secret = 'the merger is on friday';

let site: Site;
let mine: Tenant;
let theirs: Tenant;
let theirDeploy: deploys.Sent;
beforeAll(async () => {
	site = await startSite();
	[mine, theirs] = [await site.tenant(), await site.tenant()];
	await theirs.send(secret);
	const stream = await theirs.stream('after=0');
	theirDeploy = await deploys.make(theirs, { version: secret });
	await theirDeploy.write(`${secret}\n`);
	await stream.until((text) => text.includes('started')); // the line that tells of the deploy comes after it
	await stream.close();
});
afterAll(() => site.stop());

/** Everything of theirs that a request could change or show. */
async function stateOfTheirs(): Promise<unknown> {
	const { deploys: all } = await deploys.list(theirs);
	const still = all.map((deploy) => ({ ...deploy, duration_ms: null }));
	return [await theirs.messages(), still, String(await theirDeploy.bytes())];
}

/** Expects to be turned away with a problem document, which HEAD cannot have, and gives what it says. */
async function expectTurnedAway(answer: Response, method: string, status: number): Promise<string> {
	if (method !== 'HEAD') return String((await expectProblem(answer, status)).detail);
	expect(answer.status).toBe(status);
	return '';
}

describe.each(endpoints)('$method $path', ({ method, path, scope, status, body }) => {
	/** With a new deploy of mine where the path has one, unless another is given. */
	async function call(from: Tenant, query = '', id?: string): Promise<Response> {
		const address = path.includes('[id]') ? path.replace('[id]', id ?? (await deploys.make(mine)).id) : path;
		return from.fetch(`${address}${query}`, { method, ...(body === undefined ? {} : { body }) });
	}
	const refused = async (answer: Promise<Response>, status: number) =>
		expectTurnedAway(await answer, method, status);
	async function expectAnswered(answer: Response): Promise<void> {
		expect(answer.status).toBe(status);
		await answer.body?.cancel();
	}

	test('of another organization does not exist, for a key as for a session', async () => {
		const before = await stateOfTheirs();
		const query = `?org=${theirs.org.slug}`;
		await refused(call(mine, query, theirDeploy.id), 404);
		await refused(call(await mine.signedIn(), query, theirDeploy.id), 404);
		expect(await stateOfTheirs()).toEqual(before);
	});

	if (path.includes('[id]')) {
		test('with the id of their deploy is answered as with one that is not', async () => {
			const before = await stateOfTheirs();
			const none = '01900000-0000-7000-8000-000000000000';
			for (const [from, query] of [
				[mine, ''],
				[await mine.signedIn(), `?org=${mine.org.slug}`]
			] as const) {
				const other = await refused(call(from, query, theirDeploy.id), 404);
				expect(await refused(call(from, query, none), 404)).toBe(other);
				expect(await refused(call(from, query, 'no-id'), 404)).toBe(other);
			}
			expect(await stateOfTheirs()).toEqual(before);
		});
	}

	test('of an organization that there is not is answered in the same way', async () => {
		const answers = [theirs.org.slug, 'no-such-org'].map(async (slug) => {
			const detail = await refused(call(await mine.signedIn(), `?org=${slug}`), 404);
			return detail.replace(slug, '…');
		});
		const [other, none] = await Promise.all(answers);
		expect(other).toBe(none);
	});

	test('is for nobody without a key or a session', async () => {
		await refused(call(mine.with({})), 401);
		await refused(call(mine.with({}), `?org=${mine.org.slug}`), 401);
		for (const authorization of [
			'Bearer wrong',
			`Bearer ${mine.made.key}x`,
			'Bearer',
			`Token ${mine.made.key}`,
			mine.made.key,
			'Basic %%%'
		]) {
			await refused(call(mine.with({ authorization })), 401);
		}
		const stale = { cookie: `tailrace_session=${'a'.repeat(40)}`, origin: mine.origin };
		await refused(call(mine.with(stale)), 401);
	});

	test('needs the scope', async () => {
		if (scope === 'either') {
			for (const one of ['read', 'write'] as const)
				await expectAnswered(await call(await mine.withKey([one])));
			return;
		}
		const other = scope === 'write' ? 'read' : 'write';
		const detail = await refused(call(await mine.withKey([other])), 403);
		if (method !== 'HEAD') expect(detail).toContain(`"${scope}"`);
		await expectAnswered(await call(await mine.withKey([scope])));
	});

	test('by a session needs to know the organization', async () => {
		await refused(call(await mine.signedIn()), 400);
		await expectAnswered(await call(await mine.signedIn(), `?org=${mine.org.slug}`));
	});

	test('takes the key as a password, too', async () => {
		const credentials = Buffer.from(`anybody:${mine.made.key}`).toString('base64');
		await expectAnswered(await call(mine.with({ authorization: `Basic ${credentials}` })));
	});
});

describe.each(pages)('the page %s', (page) => {
	const under = ({ org }: Tenant) => `/${org.slug}${page.replace('[id]', theirDeploy.id)}`;
	/** Kit answers a page's data with 200 and the error in it. */
	async function expectMissing(answer: Response): Promise<void> {
		const text = await answer.text();
		expect(text).not.toContain(secret);
		if (answer.url.endsWith('.json')) expect(text).toContain('"status":404');
		else expect(answer.status).toBe(404);
	}

	test.each(['', '/__data.json'])('of another organization shows nothing of it%s', async (suffix) => {
		const session = await mine.signedIn();
		await expectMissing(await session.fetch(under(theirs) + suffix));
		if (page.includes('[id]')) await expectMissing(await session.fetch(under(mine) + suffix));
		const own = await (await theirs.signedIn()).fetch(under(theirs) + suffix);
		expect(await own.text()).toContain(secret);
	});

	test('leads a stranger to sign in', async () => {
		const answer = await mine.with({}).fetch(under(theirs), { redirect: 'manual' });
		expect([answer.status, answer.headers.get('location')]).toEqual([
			303,
			`/sign-in?next=${encodeURIComponent(under(theirs))}`
		]);
	});

	test('takes no key', async () => {
		const answer = await theirs.fetch(under(theirs), { redirect: 'manual' });
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

test('a key sees the deploys of its own organization only, in the list and in its stream', async () => {
	const stream = await deploys.listStream(mine);
	await (await deploys.make(theirs, { version: secret })).finish();
	const { id } = await deploys.make(mine, { version: 'mine, the last' });
	const text = await stream.until((text) => text.includes('mine, the last'));
	await stream.close();
	expect(text).not.toContain(secret);
	const { deploys: all } = await deploys.list(mine);
	expect(all[0]?.id).toBe(id);
	expect(JSON.stringify(all)).not.toContain(secret);
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
		const session = await mine.signedIn();
		for (const origin of [
			'https://evil.example',
			'null',
			`${mine.origin}.evil.example`,
			'http://127.0.0.1:1'
		]) {
			await expectProblem(await session.post('from elsewhere', { origin, ...formType }, path()), 403);
		}
		expect(await mine.messages()).not.toContain('from elsewhere');
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
