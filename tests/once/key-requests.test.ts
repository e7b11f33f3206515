import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { operator } from '../../src/lib/server/audit/audit.ts';
import * as keyList from '../../src/lib/server/access/key-list.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { bearer, send } from '../support/server/calls.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { begin } from '../support/logs/half.ts';
import { openAccounts, signUp } from '../support/people/people.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { Teams } from '../support/people/team.ts';
import { makeTenant, type Tenant } from '../support/people/tenants.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { linesOf } from '../support/logs/lines.ts';

/** Within this many ms of its end a key has lost what it had opened. */
const soon = 1_000;

let database: TestDatabase;
let servers: [Server, Server];

beforeAll(async () => {
	database = await testDatabase();
	const env = { DATABASE_URL: database.url, TRUSTED_PROXIES: '127.0.0.1' };
	servers = await Promise.all([startServer({ env }), startServer({ env })]);
	return async () => {
		await Promise.all(servers.map((server) => server.stop()));
		await database.drop();
	};
});

const lastUse = async ({ org, keyId }: Pick<Tenant, 'org' | 'keyId'>) =>
	(await keyList.get(database.sql, org, keyId))?.lastUse ?? null;

/** Resolves when the last request of the key, as it is stored, is this one. */
const isNoted = (
	tenant: Pick<Tenant, 'org' | 'keyId'>,
	request: Partial<keyList.ShownKey['lastUse'] & object>
) =>
	vi.waitFor(async () => expect(await lastUse(tenant)).toMatchObject(request), {
		interval: 20,
		timeout: 5_000
	});

const post = (body: string, headers: Record<string, string> = {}) => ({ method: 'POST', body, headers });
const ndjson = { 'content-type': 'application/x-ndjson' };
const repaired = { shortened: 0, undated: 0 };
const noEntry = { index: 0, reason: '{} is not an entry: it has no message and no other field' };

describe.concurrent('while a key is watched, its last request is known within a second', () => {
	test.each([
		['lines', '/api/logs', post('one\ntwo'), 200, { accepted: 2, rejected: 0 }],
		[
			'lines of which some are rejected',
			'/api/logs',
			post('{}\n{"message":"fine"}', ndjson),
			200,
			{ accepted: 1, rejected: 1, errors: [noEntry] }
		],
		[
			'lines that are all rejected',
			'/api/logs',
			post('hunter2', ndjson),
			400,
			{ accepted: 0, rejected: 1, errors: [{ index: 0, reason: "not JSON: Unexpected token 'h'" }] }
		],
		['no lines', '/api/logs', post(''), 400, { accepted: 0, rejected: 0 }],
		['too many lines', '/api/logs', post('x\n'.repeat(1_000_001)), 413, undefined],
		['an unknown encoding', '/api/logs', post('x', { 'content-encoding': 'lzma' }), 415, undefined],
		['a search', '/api/logs', {}, 200, undefined],
		['a stream that was opened', '/api/logs/stream', {}, 200, undefined],
		['a deploy', '/api/deploys', post('{"service":"web"}'), 201, undefined],
		['a deploy that is not there', '/api/deploys/none', {}, 404, undefined],
		['another organization', '/api/logs?org=globex', {}, 404, undefined]
	])('%s', async (_name, path, { headers, ...init }: { headers?: Record<string, string> }, status, lines) => {
		const tenant = await makeTenant(database.sql);
		await keys.watch(database.sql, tenant.org, tenant.keyId);
		const from = { 'x-forwarded-for': '192.0.2.1' };
		const response = await fetch(servers[0].url + path, {
			...init,
			headers: { ...headers, ...bearer(tenant.key), ...from }
		});
		await response.body?.cancel();
		expect(response.status).toBe(status);
		const method = 'method' in init ? String(init.method) : 'GET';
		const request = {
			method,
			path: path.replace(/\?.*/, ''),
			status,
			...(lines && { lines: { ...lines, repaired } })
		};
		await isNoted(tenant, { address: '192.0.2.1', request });
		expect((await lastUse(tenant))?.request).toEqual(request);
	});

	test('a request for which it lacks the scope', async () => {
		const { org } = await makeTenant(database.sql);
		const { id, key } = await keys.create(database.sql, org, operator, { name: 'reader', scopes: ['read'] });
		expect((await send(servers[0].url, key, 'x')).status).toBe(403);
		await isNoted({ org, keyId: id }, { request: { method: 'POST', path: '/api/logs', status: 403 } });
	});

	test('wherever it came, also if it came just before the watch began', async () => {
		const tenant = await makeTenant(database.sql);
		const noted = (path: string) => isNoted(tenant, { request: { method: 'GET', path, status: 200 } });
		const ask = (server: Server, path: string) => fetch(server.url + path, { headers: bearer(tenant.key) });
		await ask(servers[0], '/api/logs');
		await noted('/api/logs');
		await ask(servers[0], '/api/deploys');
		await keys.watch(database.sql, tenant.org, tenant.keyId);
		await noted('/api/deploys');
		await ask(servers[1], '/api/logs');
		await noted('/api/logs');
		await ask(servers[0], '/api/deploys');
		await noted('/api/deploys');
	});
});

test('a server that stops has written the last request with each key that came whole', async () => {
	const server = await startServer({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'debug' } });
	onTestFinished(() => server.stop());
	const tenant = await makeTenant(database.sql);
	expect((await send(server.url, tenant.key, 'first')).status).toBe(200);
	await isNoted(tenant, { request: { method: 'POST', path: '/api/logs', status: 200 } });
	await fetch(`${server.url}/api/deploys`, { headers: bearer(tenant.key) });
	const half = await begin(`${server.url}/api/logs`, 'half a line', { headers: bearer(tenant.key) });
	half.cut();
	await vi.waitFor(() => expect(server.output()).toContain('a sender went away'), {
		interval: 20,
		timeout: 5_000
	});
	await server.stop();
	// Whoever went away is neither a use of the key nor a database that is away.
	expect((await lastUse(tenant))?.request).toMatchObject({ path: '/api/deploys', status: 200 });
	expect(server.output()).not.toContain('the database is away');
});

/** A viewer on each server, all of them open. */
function open(key: string): Promise<Viewer[]> {
	const viewers = servers.map(({ url }) => new Viewer({ origin: () => url, headers: bearer(key) }));
	onTestFinished(() => viewers.forEach((viewer) => viewer.close()));
	return Promise.all(viewers.map((viewer) => viewer.opened()));
}

/** All are shown out before that time, and find the door closed on every server. */
async function expectEnd(viewers: Viewer[], key: string, before: number): Promise<void> {
	const hasEnded = ({ ended, open }: Viewer) => ended !== null && !open;
	await Promise.all(viewers.map((viewer) => viewer.until(hasEnded, before - Date.now())));
	expect(viewers.map(({ ended }) => ended)).toEqual(viewers.map(() => 'access removed'));
	for (const { url } of servers) expect((await send(url, key, 'too late')).status).toBe(401);
}

test('a key that is revoked opens nothing any more on any server, and closes what it had opened', async () => {
	const teams = new Teams(database.sql);
	const { org, key, keyId } = await makeTenant(database.sql);
	const viewers = await open(key);
	for (const { url } of servers) expect((await send(url, key, 'in time')).status).toBe(200);
	const admin = await teams.member(org, 'admin');
	expect(await teams.people.keys.revoke(org, admin, keyId)).toEqual({ ok: true });
	await expectEnd(viewers, key, Date.now() + soon);
});

test('what had begun to come when its access went is not accepted', async () => {
	const [{ url }] = servers;
	const people = openAccounts(database.sql);
	const { key, keyId } = await makeTenant(database.sql);
	const made = await fetch(`${url}/api/deploys`, { ...post('{"service":"web"}'), headers: bearer(key) });
	const { id } = (await made.json()) as { id: string };
	const user = await signUp(people, 'half');
	const cookie = { cookie: `tailrace_session=${user.session.token}`, origin: url };
	const halves = await Promise.all([
		begin(`${url}/api/logs`, 'too late', { headers: bearer(key) }),
		begin(`${url}/api/deploys`, '{"service":"late"}', { headers: bearer(key) }),
		begin(`${url}/api/deploys/${id}/log`, 'too late', { method: 'PATCH', headers: bearer(key) }),
		begin(`${url}/api/deploys/${id}/finish`, '{"status":"failed"}', { headers: bearer(key) }),
		begin(`${url}/api/logs?org=${user.org.slug}`, 'too late', { headers: cookie })
	]);
	const [viewer] = await open(key);
	await database.sql`DELETE FROM api_keys WHERE id = ${keyId}`;
	await people.sessions.end(user.session.token);
	await viewer?.until(({ ended }) => ended !== null, soon);
	const answers = await Promise.all(halves.map((half) => half.finish()));
	expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
	expect(answers[4]?.text).toContain('You signed out, or this session was ended.');
	const sent = (await linesOf(database.sql, user.org.id)).map(({ message }) => message);
	expect(sent.filter((message) => message.includes('too'))).toEqual([]);
});

test('a key that expires does so at its time: until then it works, then nothing of it is open', async () => {
	const { org } = await makeTenant(database.sql);
	const expiresAt = new Date(Date.now() + 2_000);
	const { key, id: keyId } = await keys.create(database.sql, org, operator, {
		name: 'k',
		scopes: ['write', 'read'],
		expiresAt
	});
	const viewers = await open(key);
	for (const { url } of servers) expect((await send(url, key, 'in time')).status).toBe(200);
	expect(viewers.map(({ ended }) => ended)).toEqual([null, null]);
	await expectEnd(viewers, key, expiresAt.getTime() + soon);
	expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());

	const refused = await send(servers[0].url, key, 'too late');
	const { detail } = (await refused.json()) as { detail: string };
	const day = expiresAt.toISOString().slice(0, 10);
	expect(detail).toBe(`This API key expired on ${day}: create another one in Settings, API keys.`);
	await keys.watch(database.sql, org, keyId);
	await isNoted({ org, keyId }, { request: { method: 'POST', path: '/api/logs', status: 401 } });
});
