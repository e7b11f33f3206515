import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { hec } from '../../src/lib/server/ingest/protocols/hec-answers.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, run, start, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

test('splunk-logging sends lines that arrive whole', async () => {
	const { origin, made } = await site.tenant();
	await run('splunk', { target: origin, key: made.key });
	const entries = await stored(origin, made.key);
	expectScript(entries, { service: 'shop', host: 'web-1', inOrder: false });
	expect(entries[0]?.attributes).toMatchObject({ source: 'shop', sourcetype: 'json' });
});

test('splunk-logging with a wrong key stores nothing, and says so', async () => {
	const tenant = await site.tenant();
	const client = start('splunk', { target: tenant.origin, key: 'tr_wrong', count: 10 });
	expect(await client.ended).toBe(0);
	expect(client.said()).toContain('This API key is not valid');
	expect(await tenant.lines()).toEqual([]);
});

test('splunk-logging loses and doubles nothing while the server restarts', async () => {
	const server = await restarting();
	onTestFinished(() => server.stop());
	const first = { target: server.url, key: server.key, count: 500 };
	await run('splunk', first);
	const restarted = server.restart();
	await run('splunk', { ...first, first: 501 });
	await restarted;
	expectScript(await stored(server.url, server.key), { service: 'shop', inOrder: false });
});

test('splunk-logging never sends again what was refused: that much is lost, and it says so', async () => {
	const tenant = await site.tenant();
	const asked = { method: 'POST', headers: new Headers(), parameters: {} };
	const busy = await refusing(tenant.origin, 1, (detail) => hec.refuse({ status: 429, detail }, asked));
	onTestFinished(() => busy.close());
	const client = start('splunk', { target: busy.url, key: tenant.made.key });
	expect(await client.ended).toBe(0);
	expect(client.said()).toContain('overloaded');
	expect(await stored(tenant.origin, tenant.made.key)).toHaveLength(900);
});
