import { once } from 'node:events';
import { encode } from '@msgpack/msgpack';
import { expect, onTestFinished, test } from 'vitest';
import { bearer } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer } from '../support/server/server.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { dial, freePort } from '../support/shippers/listeners.ts';

/** Damages all lines of an organization, so that whoever reads them causes an error of the server. */
async function damaged(SELF_LOGS: string, env: Record<string, string> = {}) {
	const { url, sql, drop } = await testDatabase();
	onTestFinished(drop);
	const server = await startServer({ env: { ...env, DATABASE_URL: url, SELF_LOGS } });
	onTestFinished(() => server.stop());
	const admin = await server.bootstrap('admins', 'admin@example.com');
	const other = await server.bootstrap('others', 'other@example.com');
	const send = (key: string, body: string) =>
		fetch(`${server.url}/api/logs`, { method: 'POST', headers: bearer(key), body });
	await send(other.key, 'line of others');
	await sql`UPDATE log_chunks SET head = 'x' WHERE org_id = ${other.org.id}`;
	const fail = () => fetch(`${server.url}/api/logs?q=line`, { headers: bearer(other.key) });
	return { server, admin, send, fail };
}

test('errors of the server are lines of the instance admin, after the first line of their own', async () => {
	const { server, admin, send, fail } = await damaged('1');
	await fail();
	await send(admin.key, 'the first line');
	const viewer = new Viewer({ origin: () => server.url, headers: bearer(admin.key) });
	onTestFinished(() => viewer.close());
	await viewer.reaches(1);
	await fail();
	await viewer.reaches(2);
	// Who seals or counts the damaged chunk meets the error as well.
	expect(viewer.lines.slice(0, 2).map(({ message }) => message)).toEqual([
		'the first line',
		expect.stringContaining('a chunk of log lines cannot be')
	]);
	const response = await fetch(`${server.url}/api/logs?q=service:tailrace`, { headers: bearer(admin.key) });
	const { logs } = (await response.json()) as { logs: unknown[] };
	expect(logs[0]).toMatchObject({ service: 'tailrace', level: 'error', host: expect.any(String) });
	expect(server.output()).toContain('a chunk of log lines cannot be');
});

test('what the intake says of those who send is none of them', async () => {
	const port = freePort();
	const listener = `tcp://127.0.0.1:${port}?org=admins&secret=right`;
	const { server, admin, send, fail } = await damaged('1', { FORWARD_LISTEN: listener });
	await send(admin.key, 'the first line');
	const client = await dial(port);
	client.write(encode(['PING', 'a', 'salt', 'wrong', '', '']));
	client.resume();
	await once(client, 'close');
	await expect.poll(() => server.output()).toContain('another secret');
	await fail();
	const viewer = new Viewer({ origin: () => server.url, headers: bearer(admin.key) });
	onTestFinished(() => viewer.close());
	await viewer.reaches(2);
	expect(viewer.lines.slice(0, 2).map(({ message }) => message)).toEqual([
		'the first line',
		expect.stringContaining('a chunk of log lines cannot be')
	]);
});

test('none are with SELF_LOGS=0', async () => {
	const { server, admin, send, fail } = await damaged('0');
	await send(admin.key, 'the first line');
	await fail();
	await send(admin.key, 'the second line');
	const viewer = new Viewer({ origin: () => server.url, headers: bearer(admin.key) });
	onTestFinished(() => viewer.close());
	await viewer.reaches(2);
	expect(viewer.lines.map(({ message }) => message)).toEqual(['the first line', 'the second line']);
});
