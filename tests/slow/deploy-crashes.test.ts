import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Deploy } from '../../src/lib/log/deploy.ts';
import { bearer } from '../support/server/calls.ts';
import { start, type Command } from '../support/cli/command.ts';
import * as deploys from '../support/deploys/deploys.ts';
import type { Server } from '../support/server/server.ts';
import { Tenant } from '../support/server/site.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { inTurn, oneServer, threeServers, type Scene } from '../support/server/broken-scene.ts';

vi.setConfig({ testTimeout: 120_000 }); // half a minute, unless the machine has much else to do

const lineAt = (number: number) => `${number} größer 🚀 \x1b[32mgrün\x1b[0m\n`;
const upTo = (last: number) => Array.from({ length: last }, (_, index) => lineAt(index + 1)).join('');
/** Prints so many lines, 200 at a time, 2,000 in a second, and fails. */
const commandOf = (lines: number) => `
	const lineAt = ${lineAt.toString()};
	let number = 0;
	const printing = setInterval(() => {
		let text = '';
		for (let count = 0; count < 200; count++) text += lineAt(++number);
		process.stdout.write(text);
		if (number < ${lines}) return;
		clearInterval(printing);
		process.exitCode = 7;
	}, 100);`;

interface Place {
	scene: Scene;
	server: Server;
	tenant: Tenant;
}

/** A server that can be killed, and an organization on it. */
async function place(env: Record<string, string> = {}, open = oneServer): Promise<Place> {
	const scene = await open(env);
	const [server] = scene.servers as [Server];
	const { org, user, key } = await server.bootstrap();
	const none = () => Promise.reject(new Error('this tenant has one key only'));
	const tenant = new Tenant(server.url, { org, userId: user.id, key, makeKey: none, makeSession: none });
	return { scene, server, tenant };
}

/** Runs a command under the CLI as the server itself hands it out. */
async function runDeploy({ server, tenant }: Place, code: string): Promise<Command> {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-deploy-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, 'cli.mjs'), await (await fetch(`${server.url}/cli.mjs`)).text());
	writeFileSync(join(folder, 'command.cjs'), code);
	const words = ['cli.mjs', 'deploy', '--service', 'web', '--', process.execPath, 'command.cjs'];
	const env = { TAILRACE_URL: server.url, TAILRACE_KEY: tenant.made.key };
	return start(process.execPath, words, { cwd: folder, env, input: '' });
}

/** Watches a deploy from its first byte on, coming back to the next server with Last-Event-ID, and keeps what it was shown. */
function watch({ scene, tenant }: Place, id: string) {
	const seen = { text: [] as string[], end: 0, gaps: [] as number[], statuses: [] as string[] };
	const viewer = new Viewer({
		origin: inTurn(scene.servers),
		headers: bearer(tenant.made.key),
		path: `/api/deploys/${id}/stream?from=0`,
		receive(type, data, id) {
			if (type === 'deploy') return void seen.statuses.push((JSON.parse(data) as Deploy).status);
			const { offset, text } = JSON.parse(data) as deploys.LogData;
			if (type !== 'log' || offset !== seen.end) seen.gaps.push(offset);
			seen.text.push(text);
			seen.end = id;
		}
	});
	onTestFinished(() => viewer.close());
	return { viewer, seen };
}

/** The id of the first deploy that anybody makes. */
async function firstDeploy(tenant: Tenant): Promise<string> {
	const stream = await deploys.listStream(tenant);
	const text = await stream.until((text) => deploys.deploysOf(text).length > 0);
	await stream.close();
	return deploys.deploysOf(text)[0]?.id ?? '';
}

test.each([
	{ where: 'the only server', open: oneServer, lines: 30_000, moments: [8_000, 18_000], streams: 3 },
	// The viewer begins on the one that is killed, and then stays with the next.
	{ where: 'one of three servers', open: threeServers, lines: 8_000, moments: [4_000], streams: 2 }
])('a log is whole, also for who watched, although $where was killed', async (given) => {
	const { open, lines, moments, streams } = given;
	const at = await place({}, open);
	const { ended, saying } = await runDeploy(at, commandOf(lines));
	const deploy = new deploys.Sent(at.tenant, await firstDeploy(at.tenant));
	const { viewer, seen } = watch(at, deploy.id);
	for (const moment of moments) {
		await saying(`\n${moment} gr`);
		await viewer.until(() => seen.end > 0 && viewer.open);
		await at.scene.killServer();
	}
	const { status, stdout } = await ended;
	expect(status).toBe(7);
	expect(String(stdout)).toBe(upTo(lines));

	const { deploys: all } = await deploys.list(at.tenant);
	expect(all).toMatchObject([{ id: deploy.id, status: 'failed', exit_code: 7, size: stdout.length, lines }]);
	expect(stdout.equals(await deploy.bytes())).toBe(true);

	await viewer.until(({ ended }) => ended === 'finished');
	expect(viewer.statuses.filter((status) => status === 200)).toHaveLength(streams);
	expect(seen.gaps).toEqual([]);
	expect(stdout.equals(Buffer.from(seen.text.join('')))).toBe(true);
	expect([seen.statuses[0], seen.statuses.at(-1)]).toEqual(['running', 'failed']);
});

test('what a 204 has promised is there after a SIGKILL, and the sender goes on behind it', async () => {
	const { scene, tenant } = await place({ DEPLOY_FLUSH_MS: '10' });
	const all = await Promise.all(Array.from({ length: 4 }, () => deploys.make(tenant)));
	const ends = new Map(all.map((deploy) => [deploy, 0]));
	const whole = Buffer.from(upTo(10_000));
	const killing = Promise.withResolvers<void>();

	/** Appends until the server is gone; the server is killed at the 50th 204 of the first. */
	async function append(deploy: deploys.Sent): Promise<void> {
		for (let promised = 0; ;) {
			const end = ends.get(deploy) ?? 0;
			const answer = await deploy.append(whole.subarray(end, end + 777), end).catch(() => null);
			if (answer?.status !== 204) return expect(answer).toBeNull();
			ends.set(deploy, Number(answer.headers.get('upload-offset')));
			if (deploy === all[0] && ++promised === 50) killing.resolve(scene.killServer());
		}
	}

	await Promise.all(all.map(append));
	await killing.promise;
	for (const deploy of all) {
		const log = await deploy.bytes();
		expect(log.length).toBeGreaterThanOrEqual(ends.get(deploy) ?? Infinity);
		expect(log.equals(whole.subarray(0, log.length))).toBe(true);
		expect(await deploy.get()).toMatchObject({ status: 'running', size: log.length });
		expect((await deploy.append(whole.subarray(log.length), log.length)).status).toBe(204);
		expect(whole.equals(await deploy.bytes())).toBe(true);
	}
});

test('a deploy whose sender went with the server is interrupted when its lease is over, and an append revives it', async () => {
	const { scene, tenant } = await place({ DEPLOY_LEASE_S: '2' });
	const deploy = await deploys.make(tenant);
	await deploy.write('one\n');
	const { last_append_at } = await deploy.get();
	await scene.killServer();

	const stream = await deploy.stream('from=0');
	const interrupted = await stream.until((text) => text.includes('"interrupted"'));
	expect(interrupted).not.toContain('event: end');
	expect(await deploy.get()).toMatchObject({ status: 'interrupted', finished_at: last_append_at, size: 4 });

	expect((await deploy.append('two\n', 4)).status).toBe(204);
	const text = await stream.until((text) => deploys.textOf(text).endsWith('two\n'));
	expect(deploys.textOf(text)).toBe('one\ntwo\n');
	await stream.until((text) => deploys.deploysOf(text).at(-1)?.status === 'running');
	expect(await deploy.get()).toMatchObject({ status: 'running', finished_at: null, size: 8 });
	expect((await deploy.finish({ status: 'succeeded', size: 8 })).status).toBe(200);
	expect(deploys.deploysOf(await stream.rest()).at(-1)).toMatchObject({ status: 'succeeded' });
});

test('a deploy whose lease is not over goes on running after a SIGKILL', async () => {
	const { scene, tenant } = await place({ DEPLOY_LEASE_S: '600' });
	const deploy = await deploys.make(tenant);
	await scene.killServer();
	expect(await deploy.get()).toMatchObject({ status: 'running', finished_at: null });
});
