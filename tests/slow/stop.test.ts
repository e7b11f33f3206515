import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bearer, metric, numbers, send } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer } from '../support/server/server.ts';
import { startSite } from '../support/server/site.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { Viewer } from '../support/logs/viewer.ts';

/** Within this many ms of SIGTERM the process has ended (issue 2). */
const patience = 10_000;
/** All that one organization may have (API.md, Limits). */
const streams = 2_500;

async function open(env: Record<string, string> = {}) {
	const { url, sql, drop } = await testDatabase();
	onTestFinished(drop);
	const server = await startServer({ env: { ...env, DATABASE_URL: url } });
	onTestFinished(() => server.stop());
	return { server, sql, ...(await makeTenant(sql)) };
}

test('one organization has 2,500 streams at most, and a stop tells each when to come back, within ten seconds', async () => {
	const { server, sql, key } = await open();
	const viewers = numbers(1, streams).map(
		() => new Viewer({ origin: () => server.url, headers: bearer(key) })
	);
	onTestFinished(() => viewers.forEach((viewer) => viewer.close()));
	await Promise.all(viewers.map((viewer) => viewer.opened()));
	expect((await send(server.url, key, 'hello')).status).toBe(200);
	await Promise.all(viewers.map((viewer) => viewer.reaches(1)));

	for (const path of ['/api/logs/stream', '/api/deploys/stream']) {
		const refused = await fetch(server.url + path, { headers: bearer(key) });
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(await refused.json()).toMatchObject({ detail: expect.stringMatching(/2500 live streams.*Close/) });
	}
	const others = await makeTenant(sql);
	const other = new Viewer({ origin: () => server.url, headers: bearer(others.key) });
	onTestFinished(() => other.close());
	await other.opened();

	const asked = performance.now();
	const exited = server.kill('SIGTERM');
	await Promise.all(
		viewers.map(async (viewer) => {
			await viewer.until(({ ended }) => ended !== null);
			viewer.close(); // it would knock at a server that is gone
		})
	);
	expect(await exited).toBe(0);
	expect(performance.now() - asked).toBeLessThan(patience);
	expect(new Set(viewers.map(({ ended }) => ended))).toEqual(new Set(['server stopping']));
	const waits = viewers.map(({ retryMs }) => retryMs);
	expect(Math.min(...waits)).toBeGreaterThanOrEqual(250);
	expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1_000); // not all in the same moment
});

test('a stop does not wait for those who do not read', async () => {
	const { server, key } = await open();
	const viewers = numbers(1, 10).map(
		() => new Viewer({ origin: () => server.url, headers: bearer(key), paused: true })
	);
	onTestFinished(() => viewers.forEach((viewer) => viewer.close()));
	await Promise.all(viewers.map((viewer) => viewer.opened()));
	const batch = numbers(1, 50)
		.map((line) => `${line} ${'x'.repeat(100_000)}`)
		.join('\n');
	const sent = 10 * 50;
	for (let time = 0; time < 10; time++) expect((await send(server.url, key, batch)).status).toBe(200);
	expect(await metric(server.url, 'tailrace_lines_out_total')).toBeLessThan(viewers.length * sent);

	const asked = performance.now();
	expect(await server.kill('SIGTERM')).toBe(0);
	expect(performance.now() - asked).toBeLessThan(patience);
});

test('a connection on which nothing was ever asked does not hold up the end', async () => {
	const own = await startSite();
	onTestFinished(own.stop);
	const ahead = connect(own.server.port, '127.0.0.1');
	await once(ahead, 'connect');
	const closed = once(ahead, 'close');
	await fetch(`${own.server.url}/healthz`); // so that the server has seen that connection, too
	const asked = performance.now();
	expect(await own.server.kill('SIGTERM')).toBe(0);
	await closed;
	expect(performance.now() - asked).toBeLessThan(5_000); // it waits six seconds for what is under way
});

test('with DRAIN_S it is not ready at once, serves on with a last answer a connection, and then ends its streams', async () => {
	const { server, key } = await open({ DRAIN_S: '3' });
	const viewer = new Viewer({ origin: () => server.url, headers: bearer(key) });
	onTestFinished(() => viewer.close());
	await viewer.opened();
	const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
	onTestFinished(() => agent.destroy());
	const ask = async (path: string) => {
		const [answer] = await once(http.get(server.url + path, { agent }), 'response');
		let body = '';
		for await (const part of answer) body += String(part);
		return { status: answer.statusCode, connection: answer.headers.connection, body };
	};
	expect(await ask('/readyz')).toMatchObject({ status: 200, connection: 'keep-alive' });

	const asked = performance.now();
	const exited = server.kill('SIGTERM');
	await expect.poll(async () => (await ask('/readyz')).status).toBe(503);
	const { body, connection } = await ask('/readyz');
	expect([JSON.parse(body), connection]).toEqual([
		{ ready: false, reasons: ['The server is stopping.'] },
		'close'
	]);
	expect((await ask('/healthz')).status).toBe(200);
	expect((await send(server.url, key, 'while it drains')).status).toBe(200);
	await viewer.reaches(1);
	expect(viewer.ended).toBeNull();
	await viewer.until(({ ended }) => ended !== null);
	expect(performance.now() - asked).toBeGreaterThan(2_900);
	expect([await exited, viewer.ended]).toEqual([0, 'server stopping']);
});
