import { expect, test, vi } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import type { Server } from '../support/server/server.ts';
import { Tenant } from '../support/server/site.ts';
import { oneServer } from '../support/server/broken-scene.ts';

vi.setConfig({ testTimeout: 120_000 });

const rounds = 5;

test('what happened to deploys is told once and in order, although the server was killed after each', async () => {
	const scene = await oneServer();
	const [server] = scene.servers as [Server];
	const { org, user, key } = await server.bootstrap();
	const none = () => Promise.reject(new Error('this tenant has one key only'));
	const tenant = new Tenant(server.url, { org, userId: user.id, key, makeKey: none, makeSession: none });
	const made: string[] = [];
	for (let round = 0; round < rounds; round++) {
		const deploy = await deploys.make(tenant, { version: `v${round}` });
		expect((await deploy.finish()).status).toBe(200);
		made.push(`${deploy.id} running`, `${deploy.id} succeeded`);
		await scene.killServer();
	}

	const stream = await tenant.stream('after=0');
	await stream.until((text) => text.includes(`deploy web v${rounds - 1} succeeded`));
	await stream.close();
	const told = await scene.sql<{ deploy: { id: string; status: string } }[]>`
		SELECT attributes -> 'deploy' AS deploy FROM logs WHERE org_id = ${org.id} ORDER BY seq`;
	expect(told.map(({ deploy }) => `${deploy.id} ${deploy.status}`)).toEqual(made);
});
