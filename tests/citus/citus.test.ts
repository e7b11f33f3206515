import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { scratch } from '../support/balancers/balancers.ts';
import type { Node } from '../support/citus/cluster.ts';
import { CitusScene, distribute, flows, openDatabase, tailrace, type Flow } from '../support/citus/scene.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { lineAt } from '../support/deploys/deploy-lines.ts';
import { send } from '../support/server/calls.ts';
import { line, linesOf, receive, sealAll } from '../support/logs/lines.ts';
import { startServer, type Account } from '../support/server/server.ts';
import { Tenant } from '../support/server/site.ts';

vi.setConfig({ testTimeout: 240_000 });

/** Each fault happens this often, the second time to what has come back from the first. */
const times = 2;
const day = 24 * 60 * 60 * 1000;

describe('on a Citus cluster', () => {
	test('what is stored comes along, once all servers are stopped, and numbers go on', async () => {
		const { url } = await openDatabase();
		const before = await startServer({ env: { DATABASE_URL: url } });
		onTestFinished(() => before.stop());
		const { key, org } = await before.bootstrap();
		const sql = connect(url, { max: 2 });
		onTestFinished(() => sql.end({ timeout: 1 }));
		for (const at of [Date.now() - 2 * day, Date.now() - day])
			await receive(sql, org.id, ['a', 'b'].map(line), at);
		await sealAll(sql);
		expect((await send(before.url, key, 'c')).status).toBe(200);
		const lines = await linesOf(sql, org.id);
		expect(await distribute(url)).toMatchObject({
			status: 1,
			stderr: expect.stringContaining('Stop all servers')
		});

		await before.stop();
		const done = await distribute(url, '--shards', '8');
		expect(done).toMatchObject({
			status: 0,
			stdout: expect.stringContaining('Done: 8 tables are on 2 workers')
		});
		expect((await distribute(url)).stdout).toContain('Nothing to do');
		expect(await linesOf(sql, org.id)).toEqual(lines);
		const after = await startServer({ env: { DATABASE_URL: url } });
		onTestFinished(() => after.stop());
		expect(await (await send(after.url, key, 'd')).json()).toMatchObject({ first_seq: lines.length + 1 });
		const copy = join(scratch('citus'), 'backup');
		expect(await tailrace(url, 'backup', copy)).toMatchObject({
			status: 1,
			stderr: expect.stringContaining('stop all servers')
		});
		await after.stop();
		expect(await tailrace(url, 'backup', copy)).toMatchObject({ status: 0 });
		expect(await tailrace(url, 'backup', '--check', copy)).toMatchObject({ status: 0, stderr: '' });
		const stored = await sql<{ storage: string }[]>`
			SELECT DISTINCT result AS storage FROM run_command_on_shards('log_chunks', $$
				SELECT string_agg(DISTINCT attstorage::text, '') FROM pg_inherits
				JOIN pg_attribute ON attrelid = inhrelid
				WHERE inhparent = '%s'::regclass AND attname IN ('grams', 'head', 'messages') $$)`;
		expect([...stored]).toEqual([{ storage: 'e' }]);
	});

	test('a worker that is killed costs no line, and nobody but its organizations waits for it', async () => {
		const scene = await CitusScene.open();
		const [one, two] = (await scene.accounts()).map((account) => scene.flow(account)) as [Flow, Flow];
		for (let time = 0; time < times; time++) {
			await Promise.all([one, two].map((flow) => flows(flow, 20)));
			const worker = scene.cluster.workers[0] as Node;
			await worker.kill(time === 0 ? 'main' : 'all');
			const url = scene.servers[0]?.url ?? '';
			await expect.poll(async () => (await send(url, one.key, 'x')).status, { timeout: 20_000 }).toBe(503);
			await flows(two, 50);
			await worker.start();
			await Promise.all([one, two].map((flow) => flows(flow, 50)));
		}
		for (const flow of [one, two]) expect(await scene.expectWhole(flow)).toBeGreaterThan(100);
	});

	test('a coordinator that is killed costs no line', async () => {
		const scene = await CitusScene.open();
		const all = (await scene.accounts()).map((account) => scene.flow(account));
		for (let time = 0; time < times; time++) {
			await Promise.all(all.map((flow) => flows(flow, 20)));
			await scene.cluster.coordinator.kill();
			await scene.cluster.coordinator.start();
			await Promise.all(all.map((flow) => flows(flow, 50)));
		}
		for (const flow of all) expect(await scene.expectWhole(flow)).toBeGreaterThan(100);
	});

	test('a worker that is gone for good costs no line: its standby takes its place', async () => {
		const scene = await CitusScene.open();
		const all = (await scene.accounts()).map((account) => scene.flow(account));
		const worker = scene.cluster.workers[0] as Node;
		const standby = await scene.cluster.addStandby(worker);
		await Promise.all(all.map((flow) => flows(flow, 50)));
		await worker.kill();
		await scene.replace(worker, standby);
		expect(await scene.portOf(all[0]!.org.id)).toBe(standby.port);
		await Promise.all(all.map((flow) => flows(flow, 50)));
		for (const flow of all) expect(await scene.expectWhole(flow)).toBeGreaterThan(100);
	});

	test('a node is added and gets its share, then an organization of its own, while lines flow', async () => {
		const scene = await CitusScene.open();
		const all = (await scene.accounts()).map((account) => scene.flow(account));
		await Promise.all(all.map((flow) => flows(flow, 20)));
		const { port } = await scene.addWorker();
		await scene.sql`SELECT citus_rebalance_start()`;
		await scene.sql`SELECT citus_rebalance_wait()`;
		await Promise.all(all.map((flow) => flows(flow, 50)));
		const moved = await scene.sql`
			SELECT 1 FROM citus_shards WHERE nodeport = ${port} AND table_name = 'log_chunks'::regclass`;
		expect(moved.length).toBeGreaterThan(0);

		const [{ org }] = all as [Flow];
		await scene.isolate(org.id, port);
		expect(await scene.portOf(org.id)).toBe(port);
		await Promise.all(all.map((flow) => flows(flow, 50)));
		for (const flow of all) expect(await scene.expectWhole(flow)).toBeGreaterThan(100);
	});

	test('what a 204 has promised of a deploy is there after its worker was killed', async () => {
		const scene = await CitusScene.open();
		const [account] = (await scene.accounts()) as [Account];
		const worker = scene.cluster.workers[0] as Node;
		const tenants = scene.servers.map(({ url }) => tenantOf(url, account)) as [Tenant, Tenant];
		const made = await deploys.make(tenants[0]);
		const both = tenants.map((tenant) => new deploys.Sent(tenant, made.id));
		const whole = Buffer.concat(Array.from({ length: 400 }, (_, line) => lineAt(line)));
		const seen = (await both[1]!.stream('from=0')).rest();
		let [end, promised, turn, failed] = [0, 0, 0, 0];
		while (end < whole.length) {
			if (turn++ === 40) await worker.kill();
			const answer = await both[turn % 2]!.append(whole.subarray(end, end + 700), end);
			const at = Number(answer.headers.get('upload-offset') ?? NaN);
			if (answer.status === 503 && ++failed === 2) await worker.start();
			if (answer.status === 204) promised = at;
			if (answer.status !== 503) expect(at).toBeGreaterThanOrEqual(promised);
			if (!Number.isNaN(at)) end = at;
		}
		expect(failed).toBeGreaterThan(1);
		expect((await both[0]!.finish({ status: 'succeeded', size: whole.length })).status).toBe(200);
		expect(whole.equals(await both[1]!.bytes())).toBe(true);
		expect(deploys.textOf(await seen)).toBe(String(whole));
	});
});

function tenantOf(url: string, { org, user, key }: Account): Tenant {
	const none = () => Promise.reject(new Error('this tenant has one key only'));
	return new Tenant(url, { org, userId: user.id, key, makeKey: none, makeSession: none });
}
