import { describe, expect, test, vi } from 'vitest';
import { titleIf } from '../support/balancers/programs.ts';
import { isCitusHere, type Node } from '../support/citus/cluster.ts';
import { CitusScene, distribute, flows, type Flow } from '../support/citus/scene.ts';
import { send } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';

vi.setConfig({ testTimeout: 240_000 });

/** Each fault happens this often, the second time to what has come back from the first. */
const times = 2;

test('tailrace distribute refuses plain PostgreSQL and says what to do', async () => {
	const { url, drop } = await testDatabase();
	const refused = await distribute(url);
	await drop();
	expect(refused).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/plain PostgreSQL.*CREATE EXTENSION/)
	});
});

describe.skipIf(!isCitusHere)(titleIf(isCitusHere, 'on a Citus cluster', 'Citus'), () => {
	test('a worker that is killed costs no line, and nobody but its organizations waits for it', async () => {
		const scene = await CitusScene.open();
		const [one, two] = (await scene.accounts()).map((account) => scene.flow(account)) as [Flow, Flow];
		for (let time = 0; time < times; time++) {
			await Promise.all([one, two].map((flow) => flows(flow, 20)));
			const worker = scene.cluster.workers[0] as Node;
			await worker.kill();
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

	test('a node is added and gets its share while lines flow', async () => {
		const scene = await CitusScene.open();
		const all = (await scene.accounts()).map((account) => scene.flow(account));
		await Promise.all(all.map((flow) => flows(flow, 20)));
		const { port } = await scene.addWorker();
		await scene.sql`SELECT citus_rebalance_start()`;
		await scene.sql`SELECT citus_rebalance_wait()`;
		await Promise.all(all.map((flow) => flows(flow, 50)));
		const moved =
			await scene.sql`SELECT 1 FROM citus_shards WHERE nodeport = ${port} AND table_name = 'log_chunks'::regclass`;
		expect(moved.length).toBeGreaterThan(0);
		for (const flow of all) expect(await scene.expectWhole(flow)).toBeGreaterThan(100);
	});
});
