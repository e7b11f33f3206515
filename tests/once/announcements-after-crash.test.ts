import { expect, test, vi } from 'vitest';
import { bearer } from '../support/server/calls.ts';
import * as deploys from '../support/deploys/deploys.ts';
import type { Server } from '../support/server/server.ts';
import { Tenant } from '../support/server/site.ts';
import { oneServer } from '../support/server/broken-scene.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { linesOf } from '../support/logs/lines.ts';

vi.setConfig({ testTimeout: 120_000 });

const rounds = 5;

/** What an announcement says of its deploy. */
type Told = { id: string; status: string };

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

	const viewer = new Viewer({ origin: () => server.url, headers: bearer(key) });
	await viewer.reaches(made.length);
	viewer.close();
	const told = (await linesOf(scene.sql, org.id)).map(({ attributes }) => attributes.deploy as Told);
	expect(told.map(({ id, status }) => `${id} ${status}`)).toEqual(made);
});
