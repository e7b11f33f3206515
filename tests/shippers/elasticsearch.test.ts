import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bulk } from '../../src/lib/server/ingest/protocols/bulk.ts';
import { postpone } from '../../src/lib/server/ingest/protocols/bulk-postponed.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, run, start, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** A proxy before a server that has too much to do twice: what our own code answers then. */
async function busyBefore(target: string) {
	const busy = await refusing(target, 2, async (detail, request) => {
		const headers = new Headers(request.headers as Record<string, string>);
		const asked = { method: 'POST', headers, parameters: {} };
		const unread = { stream: request, encoding: headers.get('content-encoding') };
		const refused = { status: 429, detail };
		return (await postpone(refused, asked, { unread })) ?? bulk.refuse(refused, asked);
	});
	onTestFinished(() => busy.close());
	return busy;
}

describe('the client of Elasticsearch', () => {
	test.each(['', '1'])('sends lines that arrive whole (gzip: %j)', async (GZIP) => {
		const { origin, made } = await site.tenant();
		await run('elasticsearch', { target: origin, key: made.key, env: { GZIP } });
		const entries = await stored(origin, made.key);
		expectScript(entries, { service: 'shop', host: 'web-1' });
		expect(entries[0]?.attributes).toMatchObject({ n: 1, _index: 'logs-shop-default' });
	});

	test('loses and doubles nothing while the server restarts', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const env = { PACE: '100', FLUSH_BYTES: '5000' };
		const client = start('elasticsearch', { target: server.url, key: server.key, count: 2_000, env });
		await server.hasLines(200);
		await server.restart();
		expect({ status: await client.ended, said: client.said() }).toEqual({ status: 0, said: '' });
		expectScript(await stored(server.url, server.key), { service: 'shop', count: 2_000 });
	});

	test.each(['', '1'])('sends again what was answered 429, item by item (gzip: %j)', async (GZIP) => {
		const { origin, made } = await site.tenant();
		const busy = await busyBefore(origin);
		await run('elasticsearch', { target: busy.url, key: made.key, env: { GZIP } });
		expect(busy.refused()).toBe(2);
		expectScript(await stored(origin, made.key), { service: 'shop', inOrder: false });
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const client = start('elasticsearch', { target: tenant.origin, key: 'tr_wrong' });
		expect(await client.ended).toBe(1);
		expect(client.said()).toContain('security_exception');
		expect(await tenant.lines()).toEqual([]);
	});
});

describe('pino-elasticsearch', () => {
	test('sends again what was answered 429, item by item', async () => {
		const { origin, made } = await site.tenant();
		const busy = await busyBefore(origin);
		await run('pino-elasticsearch', { target: busy.url, key: made.key });
		expect(busy.refused()).toBe(2);
		expectScript(await stored(origin, made.key), { service: 'shop', inOrder: false });
	});

	test('sends lines that arrive whole', async () => {
		const { origin, made } = await site.tenant();
		await run('pino-elasticsearch', { target: origin, key: made.key });
		expectScript(await stored(origin, made.key), { service: 'shop', host: 'web-1', inOrder: false });
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const client = start('pino-elasticsearch', { target: tenant.origin, key: 'tr_wrong' });
		expect(await client.ended).not.toBe(0);
		expect(await tenant.lines()).toEqual([]);
	});
});

describe('winston-elasticsearch', () => {
	test('sends lines that arrive whole, the newest first', async () => {
		const { origin, made } = await site.tenant();
		await run('winston-elasticsearch', { target: origin, key: made.key });
		expectScript(await stored(origin, made.key), { service: 'shop', inOrder: false });
	});

	test('loses and doubles nothing while the server restarts', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const errand = { target: server.url, key: server.key, count: 2_000, env: { PACE: '100', STAYS: '1' } };
		const client = start('winston-elasticsearch', errand);
		await server.hasLines(200);
		await server.restart();
		client.finish();
		expect(await client.ended).toBe(0);
		expectScript(await stored(server.url, server.key), { service: 'shop', count: 2_000, inOrder: false });
	});

	test('with a wrong key tries 400 times, stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const client = start('winston-elasticsearch', { target: tenant.origin, key: 'tr_wrong', count: 5 });
		expect(await client.ended).not.toBe(0);
		expect(client.said()).toContain('security_exception');
		expect(await tenant.lines()).toEqual([]);
	});

	test('sends again what was answered 429', async () => {
		const { origin, made } = await site.tenant();
		const busy = await busyBefore(origin);
		await run('winston-elasticsearch', { target: busy.url, key: made.key, env: { REFUSALS: '2' } });
		expect(busy.refused()).toBe(2);
		expectScript(await stored(origin, made.key), { service: 'shop', inOrder: false });
	});
});
