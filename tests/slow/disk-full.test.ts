import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { DeployBuffer } from '../../src/lib/server/deploys/buffer.ts';
import { FlushFailed } from '../../src/lib/server/deploys/pending.ts';
import { sqliteStore } from '../../src/lib/server/deploys/sqlite/store.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import * as sqliteDatabase from '../../src/lib/server/sqlite/connect.ts';
import { line, linesOf, makeOrganization } from '../support/logs/lines.ts';
import { bearer, send } from '../support/server/calls.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { canMount, smallDisk } from '../support/server/small-disk.ts';
import { web } from '../support/deploys/deploy-scene.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { Stream } from '../support/server/site.ts';

const full = 'The disk is full. Nothing was stored: send it again later.';

interface Stored {
	logs: { message: string }[];
}

async function messages(server: Server, key: string): Promise<string[]> {
	const answer = await fetch(`${server.url}/api/logs?after=0&limit=1000`, { headers: bearer(key) });
	return ((await answer.json()) as Stored).logs.map(({ message }) => message);
}

/** Sends numbered lines, one a request, until one is refused; gives those that were acknowledged, and the refusal. */
async function sendUntilRefused(server: Server, key: string, text: string) {
	const acknowledged: string[] = [];
	for (let number = 1; ; number++) {
		const message = `${text} ${number}`;
		const answer = await send(server.url, key, message);
		if (answer.status !== 200) return { acknowledged, refused: answer };
		acknowledged.push(message);
	}
}

const readiness = (server: Server) => fetch(`${server.url}/readyz`).then((answer) => answer.json());

describe.runIf(canMount)('on a disk that fills up', () => {
	test('senders are told, signing in and lowering the retention still work, and it goes on when there is room', async () => {
		const disk = smallDisk(512);
		const server = await startServer({ dataDir: disk.folder });
		onTestFinished(() => server.stop());
		const { key, org, user, password } = await server.bootstrap();
		const reserve = join(disk.folder, 'reserve');
		await expect
			.poll(() => existsSync(reserve) && statSync(reserve).size, { timeout: 10_000 })
			.toBe(64 * 2 ** 20);
		const post = (path: string, init: RequestInit) =>
			fetch(server.url + path, { method: 'POST', redirect: 'manual', ...init });
		const viewer = new Stream(await fetch(`${server.url}/api/logs/stream?after=0`, { headers: bearer(key) }));
		const made = await post('/api/deploys', { headers: bearer(key), body: '{"service":"web"}' });
		const { id } = (await made.json()) as { id: string };

		disk.fill();
		const { acknowledged, refused } = await sendUntilRefused(server, key, 'line');
		expect(await expectProblem(refused, 503)).toMatchObject({ detail: full, outage: 'disk' });
		expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
		await expect.poll(() => readiness(server)).toEqual({ ready: false, reasons: ['The disk is full.'] });
		await expect.poll(() => existsSync(reserve)).toBe(false);
		await viewer.until((text) => text.includes('"outage":"disk"'));
		const append = await fetch(`${server.url}/api/deploys/${id}/log`, {
			method: 'PATCH',
			headers: bearer(key),
			body: 'output'
		});
		expect(await expectProblem(append, 503)).toMatchObject({ detail: full });

		const signedIn = await post('/sign-in', {
			headers: { origin: server.url, accept: 'text/html' },
			body: new URLSearchParams({ email: user.email, password })
		});
		expect(signedIn.status).toBe(303);
		const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		const lowered = await post(`/${org.slug}/settings?/retention`, {
			headers: { origin: server.url, accept: 'text/html', cookie },
			body: new URLSearchParams({ days: '3' })
		});
		expect(lowered.status).toBe(200);
		expect(await lowered.text()).toContain('Saved.');

		disk.free();
		await expect.poll(() => readiness(server), { timeout: 10_000 }).toEqual({ ready: true });
		expect(existsSync(reserve)).toBe(true);
		await viewer.until((text) => text.includes('"outage":null'));
		expect((await send(server.url, key, 'it goes on')).status).toBe(200);
		await viewer.until((text) => text.includes('it goes on') && text.endsWith('\n\n'));
		const all = await messages(server, key);
		const lines = all.filter((message) => !message.startsWith('deploy '));
		expect(lines).toEqual([...acknowledged, 'it goes on']);
		expect(viewer.events().map(({ entry }) => entry.message)).toEqual(all);
	});

	test(
		'what waits to be sealed stays as it is, the sealer says so, and goes on when there is room',
		{ timeout: 120_000 },
		async () => {
			const disk = smallDisk(512);
			const server = await startServer({ dataDir: disk.folder });
			onTestFinished(() => server.stop());
			const { key } = await server.bootstrap();
			const sql = connect((await embedded.connectUrl(server.dataDir)) ?? '', { max: 2 });
			onTestFinished(() => sql.end({ timeout: 1 }));
			const reserve = join(disk.folder, 'reserve');
			await expect.poll(() => existsSync(reserve), { timeout: 10_000 }).toBe(true);
			expect((await send(server.url, key, 'before')).status).toBe(200);

			const other = await makeOrganization(sql);
			const old = Array.from({ length: 40 }, (_, n) => `old ${n}`);
			await transact(sql, async (transaction) => {
				const at = Date.now() - 3 * 24 * 60 * 60 * 1000;
				for (const message of old) await logStore(sql).append(other, [line(message)], transaction, at);
				disk.fill();
				await expect.poll(() => existsSync(reserve), { timeout: 10_000 }).toBe(false);
				disk.fill(); // what the reserve has given back
			});
			const chunks = () => sql`SELECT 1 FROM log_chunks WHERE org_id = ${other}`;
			const said = () => {
				disk.fill(); // PostgreSQL may have deleted a file
				return server.output();
			};
			await expect.poll(said, { timeout: 45_000 }).toMatch(/not sealed.*No space left.*"task":"sealing"/);
			expect(await chunks()).toHaveLength(old.length);
			expect((await linesOf(sql, other)).map(({ message }) => message)).toEqual(old);

			disk.free();
			await expect.poll(chunks, { timeout: 30_000, interval: 500 }).toHaveLength(1);
			expect((await linesOf(sql, other)).map(({ message }) => message)).toEqual(old);
			expect(await messages(server, key)).toEqual(['before']);
		}
	);

	test('a PostgreSQL elsewhere that has no room is told from one that is away', async () => {
		const disk = smallDisk(24);
		const folder = join(disk.folder, 'tablespace');
		const admin = connect(inject('databaseServer'), { max: 1 });
		const [{ data_directory }] = await admin<[{ data_directory: string }]>`SHOW data_directory`;
		const { uid, gid } = statSync(data_directory);
		mkdirSync(folder, { mode: 0o700 });
		chownSync(folder, uid, gid);
		const name = `small_${process.pid}_${Date.now()}`;
		await admin.unsafe(`CREATE TABLESPACE ${name} LOCATION '${folder}'`);
		await admin.unsafe(
			`CREATE DATABASE ${name} TEMPLATE ${inject('databaseTemplate')} TABLESPACE ${name} STRATEGY file_copy`
		);
		const url = new URL(inject('databaseServer'));
		url.pathname = `/${name}`;
		const server = await startServer({ env: { DATABASE_URL: url.href } });
		onTestFinished(async () => {
			await server.stop();
			await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
			await admin.unsafe(`DROP TABLESPACE ${name}`);
			await admin.end();
		});
		const sql = connect(url.href, { max: 1 });
		const { key } = await makeTenant(sql);
		await sql.end();

		disk.fill();
		const { acknowledged, refused } = await sendUntilRefused(server, key, 'x'.repeat(7_000));
		expect(await expectProblem(refused, 503)).toMatchObject({ detail: full, outage: 'disk' });
		expect(await readiness(server)).toEqual({ ready: false, reasons: ['The disk is full.'] });
		expect(await messages(server, key)).toEqual(acknowledged.slice(0, 1_000));
		disk.free();
		const sendAgain = () => send(server.url, key, 'it goes on').then(({ status }) => status);
		await expect.poll(sendAgain, { timeout: 20_000, interval: 500 }).toBe(200);
		expect(await readiness(server)).toEqual({ ready: true });
	});

	test('what SQLite has no room for is not stored, and its sender learns why', async () => {
		const disk = smallDisk(8);
		const sqlite = sqliteDatabase.open(disk.folder, 'drizzle/sqlite');
		onTestFinished(() => void sqlite.close());
		const { records } = sqliteStore(sqlite);
		const { id } = await records.create('org', web);
		const buffer = new DeployBuffer({ records, flushMs: 1, onflushed() {}, onrevived() {} });
		disk.fill();
		const piece = Buffer.alloc(256 * 1024, 'x');
		const failure: unknown = await buffer.append('org', id, 0, piece).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(FlushFailed);
		expect(sqliteDatabase.isFull((failure as FlushFailed).cause)).toBe(true);
		disk.free();
		expect(await buffer.append('org', id, 0, piece)).toEqual({ kind: 'stored', end: piece.length });
	});
});
