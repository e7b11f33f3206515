import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { bearer, send } from '../support/server/calls.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { Stream } from '../support/server/site.ts';
import { Teams } from '../support/people/team.ts';
import { sendForm } from '../support/logs/half.ts';

/** Within this many ms of the answer to the change a stream has ended, on every server (issue 4). */
const soon = 1_000;

let database: TestDatabase;
let teams: Teams;
/** Where it is suspended, and where its people are. */
let here: Server;
let there: Server;
beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	const env = { DATABASE_URL: database.url };
	[here, there] = await Promise.all([startServer({ env }), startServer({ env })]);
	return async () => {
		await Promise.all([here.stop(), there.stop()]);
		await database.drop();
	};
});

async function cookieOf(userId: string): Promise<string> {
	const { token } = await teams.people.sessions.create(userId, { address: null, userAgent: null });
	return `tailrace_session=${token}`;
}

/** A team that is at work, with a key and its owner signed in. */
async function atWork() {
	const { org, slug, owner } = await teams.team(['member']);
	const { key } = await keys.create(database.sql, org, owner, { name: 'k', scopes: ['read', 'write'] });
	return { org, slug, owner, key, cookie: await cookieOf(owner.id) };
}

/** What an instance admin does with a form of a page. */
async function administrator() {
	const admin = await teams.person();
	await database.sql`UPDATE users SET instance_admin = true WHERE id = ${admin.id}`;
	const cookie = await cookieOf(admin.id);
	return async (action: string, id: string) => {
		const headers = { cookie, origin: here.url, accept: 'text/html' };
		const response = await fetch(here.url + action, {
			method: 'POST',
			headers,
			body: new URLSearchParams({ id })
		});
		expect(response.status).toBe(200);
		return response.text();
	};
}

async function open(headers: Record<string, string>, slug: string): Promise<Stream> {
	const response = await fetch(`${there.url}/api/logs/stream?org=${slug}`, { headers });
	expect(response.status).toBe(200);
	const stream = new Stream(response);
	onTestFinished(() => stream.close());
	await stream.until((text) => text.includes(': connected'));
	return stream;
}

/** What the streams say at their end, which comes soon after `since`. */
async function ends(streams: Stream[], since: number): Promise<unknown[]> {
	const texts = await Promise.all(streams.map((stream) => stream.rest()));
	expect(performance.now() - since).toBeLessThan(soon);
	return texts.map((text) => JSON.parse(/event: end\ndata: (.*)/.exec(text)?.[1] ?? 'null'));
}

test('suspending an organization ends its streams on another server and refuses its keys and pages, until it is restored', async () => {
	const [{ org, slug, key, cookie }, other, administer] = [
		await atWork(),
		await atWork(),
		await administrator()
	];
	const streams = [await open({ cookie }, slug), await open(bearer(key), slug)];
	const staying = await open(bearer(other.key), other.slug);
	expect((await send(there.url, key, 'before')).status).toBe(200);

	expect(await administer('/admin?/suspend', org)).toContain('Mill is suspended.');
	const since = performance.now();
	const end = { reason: 'access removed', detail: 'The organization is suspended.' };
	expect(await ends(streams, since)).toEqual([end, end]);
	for (const { url } of [here, there]) {
		const refused = await send(url, key, 'meanwhile');
		expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('is suspended')]);
		const page = await fetch(`${url}/${slug}/logs`, { headers: { cookie } });
		expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('is suspended')]);
	}

	expect(await administer('/admin?/restore', org)).toContain('Mill is restored.');
	await expect.poll(async () => (await send(there.url, key, 'after')).status, { timeout: soon }).toBe(200);
	expect((await fetch(`${there.url}/${slug}/logs`, { headers: { cookie } })).status).toBe(200);
	expect((await send(here.url, other.key, 'still here')).status).toBe(200);
	await staying.until((text) => text.includes('still here'));
});

test('suspending a user ends their streams on another server, and nobody else is disturbed', async () => {
	const [{ org, slug, owner, cookie, key }, administer] = [await atWork(), await administrator()];
	const member = await teams.member(org, 'member');
	const [stream, staying] = [
		await open({ cookie }, slug),
		await open({ cookie: await cookieOf(member.id) }, slug)
	];

	expect(await administer('/admin/users?/suspend', owner.id)).toContain('is suspended, and signed out');
	const since = performance.now();
	expect(await ends([stream], since)).toEqual([
		{ reason: 'signed out', detail: 'Your account is suspended.' }
	]);
	const page = await fetch(`${there.url}/${slug}/logs`, { headers: { cookie }, redirect: 'manual' });
	expect(page.status).toBe(303);
	expect((await send(there.url, key, 'still here')).status).toBe(200);
	await staying.until((text) => text.includes('still here'));

	expect(await administer('/admin/users?/restore', owner.id)).toContain('can sign in again');
	const again = await fetch(`${there.url}/${slug}/logs`, { headers: { cookie: await cookieOf(owner.id) } });
	expect(again.status).toBe(200);
});

test('an instance admin who steps back is led away from what they see no more', async () => {
	await administrator(); // another one, who stays
	const admin = await teams.person();
	await database.sql`UPDATE users SET instance_admin = true WHERE id = ${admin.id}`;
	const headers = { cookie: await cookieOf(admin.id), accept: 'text/html' };
	const body = new URLSearchParams({ id: admin.id });
	const withdraw = () =>
		fetch(`${there.url}/admin/users?/withdraw`, {
			method: 'POST',
			headers: { ...headers, origin: there.url },
			body,
			redirect: 'manual'
		});
	const response = await withdraw();
	expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
	expect((await withdraw()).status).toBe(404);
	expect((await fetch(`${here.url}/admin`, { headers })).status).toBe(404);
});

test('an organization that an instance admin does not belong to is counted, not shown', async () => {
	const [{ slug, key }, admin] = [await atWork(), await teams.person()];
	await database.sql`UPDATE users SET instance_admin = true WHERE id = ${admin.id}`;
	const headers = { cookie: await cookieOf(admin.id) };
	await send(here.url, key, 'the merger is on friday');
	const list = await (await fetch(`${here.url}/admin?q=${slug}`, { headers })).text();
	expect(list).toContain(slug);
	expect(list).not.toContain('merger');
	for (const path of ['logs', 'deploys', 'settings/members', 'settings/audit'])
		expect((await fetch(`${here.url}/${slug}/${path}`, { headers })).status).toBe(404);
	expect((await fetch(`${here.url}/api/logs?org=${slug}`, { headers })).status).toBe(404);
});

describe('a form that was begun in time and arrives after the access was lost', () => {
	const forms: [path: string, form: Record<string, string>][] = [
		['settings/keys?/make', { name: 'k', scopes: 'read', expires: 'never' }],
		['settings?/name', { name: 'Another' }],
		['settings/members?/invite', { email: 'guest@example.com', role: 'viewer' }],
		['settings?/delete', { organization: 'Mill' }]
	];

	/** Two owners, the second of whom is signed in and about to lose that. */
	async function owned() {
		const { org, slug, owner } = await teams.team();
		const loser = await teams.member(org, 'owner');
		return { org, slug, owner, loser, cookie: await cookieOf(loser.id) };
	}
	type Owned = Awaited<ReturnType<typeof owned>>;

	const losses: [string, number, (owned: Owned, root: Person) => Promise<unknown>][] = [
		['removed', 403, ({ org, owner, loser }) => teams.people.members.remove(org, owner, loser.id)],
		[
			'demoted',
			403,
			({ org, owner, loser }) => teams.people.members.changeRole(org, owner, loser.id, 'viewer')
		],
		['suspended', 401, ({ loser }, root) => teams.people.administration.suspendUser(root, loser.id)],
		['signed out', 401, ({ loser }) => teams.people.sessions.endAll(loser.id)],
		[
			'in what is suspended',
			403,
			({ org }, root) => teams.people.administration.suspendOrganization(root, org)
		]
	];

	test.each(losses)('by who is %s is refused (%i)', async (_name, status, lose) => {
		const root = await teams.person();
		await database.sql`UPDATE users SET instance_admin = true WHERE id = ${root.id}`;
		for (const [path, form] of forms) {
			const scene = await owned();
			const headers = { cookie: scene.cookie, origin: here.url };
			const since = await now();
			const answer = await sendForm(`${here.url}/${scene.slug}/${path}`, headers, form, async () => {
				await hasReadRole(since);
				await lose(scene, root);
			});
			expect(answer, path).toMatchObject({ type: 'failure', status });
			expect(await stateOf(scene.org), path).toEqual([{ name: 'Mill', keys: 0, invitations: 0 }]);
		}
	});

	const stateOf = (org: string) => database.sql`
		SELECT name, (SELECT count(*) FROM api_keys WHERE org_id = ${org}) AS keys,
			(SELECT count(*) FROM invitations WHERE org_id = ${org}) AS invitations
		FROM organizations WHERE id = ${org}`;

	async function now(): Promise<string> {
		const [row] = await database.sql<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;
		return row?.now ?? '';
	}

	/** Resolves once a server has asked, since then, what somebody is in an organization, and was answered. */
	async function hasReadRole(since: string): Promise<void> {
		const asked = () => database.sql`
			SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND state = 'idle' AND query_start > ${since}::text::timestamptz
				AND query LIKE '%FROM memberships m JOIN organizations o%'`;
		await expect.poll(async () => (await asked()).count, { interval: 5, timeout: 10_000 }).toBe(1);
	}
});
