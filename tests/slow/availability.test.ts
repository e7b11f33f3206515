import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { bearer, headOf, numbers, send } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer } from '../support/server/server.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { linesOf } from '../support/logs/lines.ts';

const quiet = { info() {}, warn() {}, error() {} };

test('a full queue answers 429 and takes nothing, and all that was taken is stored', async () => {
	const { url: database, sql, drop } = await testDatabase();
	onTestFinished(drop);
	const server = await startServer({ env: { DATABASE_URL: database } });
	onTestFinished(() => server.stop());
	const { org, key } = await makeTenant(sql);
	const lines = 40;
	const body = (index: number) =>
		numbers(1, lines)
			.map((line) => `${index}/${line} ${'x'.repeat(250_000)}`)
			.join('\n');

	let refused = () => {};
	const someRefused = new Promise<void>((resolve) => (refused = resolve));
	const answers = await sql.begin(async (lock) => {
		await lock`SELECT 1 FROM log_heads WHERE org_id = ${org} FOR UPDATE`;
		const sent = numbers(1, 24).map(async (index) => {
			const response = await send(server.url, key, body(index));
			if (response.status !== 200) refused();
			return { index, response };
		});
		await someRefused; // while the lock holds nothing is stored, so the queue cannot empty
		return { of: sent };
	});

	const all = await Promise.all(answers.of);
	const statuses = new Set(all.map(({ response }) => response.status));
	expect([...statuses].sort()).toEqual([200, 429]);
	for (const { response } of all.filter(({ response }) => response.status === 429)) {
		expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
	}
	const taken = all.filter(({ response }) => response.status === 200).map(({ index }) => index);
	const stored = Map.groupBy(await linesOf(sql, org), ({ message }) => Number(message.split('/', 1)[0]));
	expect([...stored.keys()].sort((a, b) => a - b)).toEqual(taken);
	for (const own of stored.values()) expect(own).toHaveLength(lines);
	expect(await headOf(server.url, key)).toBe(taken.length * lines);
	expect((await send(server.url, key, 'room again')).status).toBe(200);
});

test('without PostgreSQL a line gets 503, and when it is back all goes on, open streams too', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-faults-'));
	await chmod(folder, 0o711); // the user postgres passes through, if we are root
	onTestFinished(() => rm(folder, { recursive: true }));
	let postgres = await embedded.start(folder, quiet);
	onTestFinished(() => postgres.stop());
	const server = await startServer({ env: { DATABASE_URL: postgres.url } });
	onTestFinished(() => server.stop());
	const { key } = await server.bootstrap();
	const viewer = new Viewer({ origin: () => server.url, headers: bearer(key) });
	onTestFinished(() => viewer.close());
	const statusOf = (path: string) =>
		fetch(server.url + path, { headers: bearer(key) }).then(({ status }) => status);

	expect((await send(server.url, key, 'before')).status).toBe(200);
	await viewer.reaches(1);
	const { url } = postgres;
	await postgres.stop();
	for (let time = 0; time < 5; time++) {
		const refused = await send(server.url, key, 'lost');
		expect(refused.status).toBe(503);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
	}
	expect(await statusOf('/api/logs')).toBe(503);
	expect(await statusOf('/readyz')).toBe(503);
	expect(await statusOf('/healthz')).toBe(200);

	postgres = await embedded.start(folder, quiet);
	expect(postgres.url).toBe(url);
	await expect.poll(() => statusOf('/readyz'), { timeout: 10_000 }).toBe(200);
	expect((await send(server.url, key, 'after')).status).toBe(200);
	await viewer.reaches(2);
	expect(viewer.lines.map(({ message }) => message)).toEqual(['before', 'after']);
	expect(viewer.statuses).toEqual([200]); // one connection, from the beginning to the end
});
