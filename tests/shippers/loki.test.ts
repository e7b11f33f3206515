import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loki } from '../../src/lib/server/ingest/protocols/loki.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, run, start, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

async function busyBefore(target: string) {
	const busy = await refusing(target, 1, (detail) =>
		loki.refuse({ status: 429, detail }, { method: 'POST', headers: new Headers(), parameters: {} })
	);
	onTestFinished(() => busy.close());
	return busy;
}

describe('pino-loki', () => {
	test('sends lines that arrive whole', async () => {
		const { origin, made } = await site.tenant();
		await run('pino-loki', { target: origin, key: made.key });
		expectScript(await stored(origin, made.key), { service: 'shop', host: 'web-1' });
	});

	test('never sends again: what is refused with 429 is lost, which it says', async () => {
		const tenant = await site.tenant();
		const busy = await busyBefore(tenant.origin);
		const client = start('pino-loki', { target: busy.url, key: tenant.made.key, count: 10 });
		expect(await client.ended).toBe(0);
		expect(client.said()).toContain('The server is overloaded.');
		expect(await tenant.lines()).toEqual([]);
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const client = start('pino-loki', { target: tenant.origin, key: 'tr_wrong', count: 10 });
		await client.ended;
		expect(client.said()).toContain('Got error when trying to send log to loki');
		expect(await tenant.lines()).toEqual([]);
	});
});

describe.each(['', '1'])('winston-loki (json: %j)', (JSON) => {
	const env = { JSON };

	test('sends lines that arrive whole, those of a level in order', async () => {
		const { origin, made } = await site.tenant();
		await run('winston-loki', { target: origin, key: made.key, env });
		const entries = await stored(origin, made.key);
		expectScript(entries, { service: 'shop', host: 'web-1', inOrder: false });
		for (const level of ['debug', 'warn']) {
			const times = entries.filter((entry) => entry.level === level).map(({ time }) => time);
			expect(times).toEqual(times.toSorted());
		}
	});

	test('loses and doubles nothing while the server restarts', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const errand = {
			target: server.url,
			key: server.key,
			count: 2_000,
			env: { ...env, PACE: '100', STAYS: '1' }
		};
		const client = start('winston-loki', errand);
		await server.hasLines(200);
		await server.restart();
		client.finish();
		expect(await client.ended).toBe(0);
		expectScript(await stored(server.url, server.key), { service: 'shop', count: 2_000, inOrder: false });
	});

	test('sends again what was refused with 429', async () => {
		const { origin, made } = await site.tenant();
		const busy = await busyBefore(origin);
		const errand = { target: busy.url, key: made.key, env: { ...env, STAYS: '1' } };
		const client = start('winston-loki', errand);
		await expect.poll(() => client.said(), { timeout: 20_000 }).toContain('429');
		client.finish();
		expect(await client.ended).toBe(0);
		expect(busy.refused()).toBe(1);
		expectScript(await stored(origin, made.key), { service: 'shop', inOrder: false });
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const client = start('winston-loki', { target: tenant.origin, key: 'tr_wrong', count: 10, env });
		await client.ended;
		expect(client.said()).toContain('401');
		expect(await tenant.lines()).toEqual([]);
	});
});
