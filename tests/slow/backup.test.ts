import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { start } from '../support/cli/command.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { Sender } from '../support/logs/sender.ts';
import { bearer } from '../support/server/calls.ts';
import { makeDataDir } from '../support/server/cluster.ts';
import { root, startServer, type Server } from '../support/server/server.ts';
import { startOther } from '../support/server/other-postgres.ts';
import { Tenant } from '../support/server/site.ts';

vi.setConfig({ testTimeout: 180_000 });

async function folder(): Promise<string> {
	const made = await mkdtemp(join(tmpdir(), 'tailrace-backup-'));
	onTestFinished(() => rm(made, { recursive: true, force: true }));
	return made;
}

/** Runs `tailrace backup` on the data of a folder. */
const backup = (dataDir: string, ...words: string[]) => backupWith({ DATA_DIR: dataDir }, ...words);

async function backupWith(env: Record<string, string>, ...words: string[]) {
	const args = ['src/cli/main.ts', 'backup', ...words];
	const { status, stdout, stderr } = await start(process.execPath, args, { cwd: root, env }).ended;
	return { status, said: `${stdout}${stderr}` };
}

function tenantOf(server: Server, { org, user, key }: Awaited<ReturnType<Server['bootstrap']>>): Tenant {
	const none = () => Promise.reject(new Error('this tenant has one key only'));
	return new Tenant(server.url, { org, userId: user.id, key, makeKey: none, makeSession: none });
}

/** The oldest lines of a sender. */
const messagesOf = async ({ url }: Server, key: string, sender: Sender) => {
	const response = await fetch(`${url}/api/logs?after=0&limit=1000&q=line`, { headers: bearer(key) });
	const { logs } = (await response.json()) as { logs: { message: string; seq: number }[] };
	const known = new Set(sender.acknowledged.values());
	return logs.filter(({ message }) => known.has(message)).map(({ seq, message }) => `${seq} ${message}`);
};

test('what was stored when a backup began comes back from it, taken while the server took more', async () => {
	const server = await startServer();
	onTestFinished(() => server.stop());
	const account = await server.bootstrap();
	const tenant = tenantOf(server, account);
	const deploy = await deploys.make(tenant, { environment: 'production' });
	const log = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 31) % 256));
	await deploy.write(new Uint8Array(log));
	await deploy.finish();
	const to = { origin: () => server.url, headers: bearer(account.key) };
	const sender = new Sender({ ...to, name: 'line', perSecond: 100, again: 'same key' });
	await sender.acknowledges(60);
	const before = await messagesOf(server, account.key, sender);

	const place = await folder();
	expect(await backup(server.dataDir, join(place, 'one'))).toMatchObject({
		status: 0,
		said: expect.stringMatching(/, 1 deploys/)
	});
	await sender.stop();
	expect([...sender.statuses.keys()]).toEqual([200]); // nobody waited for it
	expect(await backup(server.dataDir, '--check', join(place, 'one'))).toMatchObject({ status: 0 });

	const dataDir = await makeDataDir('restored');
	onTestFinished(() => rm(dataDir, { recursive: true }));
	const restored = await backup(dataDir, '--restore', join(place, 'one'));
	expect(restored).toMatchObject({ status: 0, said: expect.stringMatching(/^Restored/) });
	const second = await startServer({ dataDir });
	onTestFinished(() => second.stop());
	expect((await messagesOf(second, account.key, sender)).slice(0, before.length)).toEqual(before);
	const again = new deploys.Sent(tenantOf(second, account), deploy.id);
	expect(await again.get()).toEqual(await deploy.get());
	expect(log.equals(await again.bytes())).toBe(true);
	expect(await tenantOf(second, account).send({ message: 'after' })).toMatchObject({ accepted: 1 });

	const refused = await backup(dataDir, '--restore', join(place, 'one'));
	expect(refused).toEqual({ status: 1, said: expect.stringContaining('restore into an empty one') });
});

test('a database is served, searched and backed up over TLS', async () => {
	const postgres = await startOther({ ssl: 'on' });
	onTestFinished(() => postgres.stop());
	const env = { DATABASE_URL: `${postgres.url}?sslmode=require` };
	const server = await startServer({ env });
	onTestFinished(() => server.stop());
	const account = await server.bootstrap();
	const tenant = tenantOf(server, account);
	const words = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${randomBytes(60).toString('hex')}`);
	for (const some of [words.slice(0, 10_000), words.slice(10_000)])
		expect(await tenant.send(...some.map((message) => ({ message })))).toMatchObject({ accepted: 10_000 });
	const found = await tenant.fetch(`/api/logs?q=${encodeURIComponent('"line 4711 "')}`);
	expect(await found.json()).toMatchObject({ logs: [{ message: words[4711] }] });
	const place = join(await folder(), 'one');
	expect(await backupWith({ ...env, DATA_DIR: server.dataDir }, place)).toMatchObject({ status: 0 });
	expect(await backup(server.dataDir, '--check', place)).toMatchObject({ status: 0 });
});

test('a backup that is damaged, cut short or no backup is told from a whole one', async () => {
	const server = await startServer({ env: { DEPLOY_STORE: 'postgres' } });
	onTestFinished(() => server.stop());
	const account = await server.bootstrap();
	await (await deploys.make(tenantOf(server, account))).write('kept in PostgreSQL\n');
	const place = join(await folder(), 'one');
	expect(await backup(server.dataDir, place)).toMatchObject({
		status: 0,
		said: expect.not.stringContaining('SQLite')
	});
	expect(await backup(server.dataDir, place)).toEqual({
		status: 1,
		said: expect.stringContaining('is not empty')
	});
	expect(await backup(server.dataDir, '--check', place)).toMatchObject({ status: 0 });

	const file = join(place, 'deploy_chunks.copy.zst');
	const bytes = await readFile(file);
	for (const at of [6, bytes.length >> 1]) {
		const torn = Buffer.from(bytes);
		torn[at] = (torn[at] ?? 0) ^ 0xff;
		await writeFile(file, torn);
		const checked = await backup(server.dataDir, '--check', place);
		expect(checked).toEqual({
			status: 1,
			said: expect.stringContaining('The backup is damaged: deploy_chunks')
		});
	}
	await writeFile(file, bytes.subarray(0, -10));
	expect((await backup(server.dataDir, '--check', place)).status).toBe(1);
	await rm(join(place, 'manifest.json'));
	const none = await backup(server.dataDir, '--check', place);
	expect(none).toEqual({ status: 1, said: expect.stringContaining('holds no whole backup') });
	expect((await backup(server.dataDir)).status).toBe(2);
});
