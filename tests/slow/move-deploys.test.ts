import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { move } from '../../src/lib/server/deploys/move.ts';
import { postgresStore } from '../../src/lib/server/deploys/postgres/store.ts';
import { range } from '../../src/lib/server/deploys/range.ts';
import { start } from '../support/cli/command.ts';
import { DeployScene, web } from '../support/deploys/deploy-scene.ts';
import { makeOrganization } from '../support/logs/lines.ts';
import { testDatabase } from '../support/server/database.ts';
import { root } from '../support/server/server.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Deploys in SQLite whose organization is in PostgreSQL, all but the last. */
async function place() {
	const { sql, url, drop } = await testDatabase();
	const scene = new DeployScene();
	onTestFinished(async () => {
		scene.end();
		await drop();
	});
	const org = await makeOrganization(sql);
	const { records } = scene.store;
	const ids = [];
	for (let index = 0; index < 6; index++) {
		const { id } = await records.create(
			org,
			{ ...web, service: `s${index}`, version: 'a\0b' },
			{ idempotencyKey: `${index}` }
		);
		for (let part = 0; part < 5 * index; part++) {
			const offset = (await records.positionOf(org, id))?.size ?? 0;
			const data = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + part) % 256));
			await records.append([{ org, id, offset, data, cutAt: null }]);
		}
		if (index % 2) await records.finish(org, id, { status: 'succeeded' });
		ids.push(id);
	}
	await records.create('deleted', web);
	return { scene, sql, url, org, ids };
}

test('deploys are moved byte for byte, going on where a move was cut short', async () => {
	const { scene, sql, org, ids } = await place();
	const cut = new Error('cut short');
	let told = 0;
	const cutting = move(scene.sqlite, sql, () => {
		if (++told === 3) throw cut;
	});
	await expect(cutting).rejects.toBe(cut);
	await sql`DELETE FROM deploys WHERE org_id = ${org} AND id = ${ids[2] as string}`; // as if it was cut before its row
	const moved = await move(scene.sqlite, sql, () => {});
	expect(moved).toMatchObject({ deploys: 4, before: 2, left: 1 });

	const store = postgresStore(sql);
	for (const id of ids) {
		const mine = await scene.store.records.get(org, id);
		expect(await store.records.get(org, id)).toEqual({ ...mine, version: 'a\ufffdb' });
		expect(await store.records.positionOf(org, id)).toEqual(await scene.store.records.positionOf(org, id));
		const log = Buffer.concat(await Array.fromAsync(range(store.chunks, org, id, { from: 0, to: Infinity })));
		expect(log.equals(scene.raw(id))).toBe(true);
	}
	expect(await store.announcements.size()).toBe(await scene.store.announcements.size());
	expect(await move(scene.sqlite, sql, () => {})).toMatchObject({ deploys: 0, before: 6 });
});

test('the command refuses while a server has the file, and then moves it', async () => {
	const { scene, sql, url, ids } = await place();
	const command = async () => {
		const env = { DATABASE_URL: url, DATA_DIR: scene.dir };
		const words = ['src/cli/main.ts', 'move-deploys'];
		const { status, stdout, stderr } = await start(process.execPath, words, { cwd: root, env }).ended;
		return { status, stdout: String(stdout), stderr: String(stderr) };
	};
	const refused = await command();
	expect([refused.status, refused.stderr]).toEqual([
		1,
		expect.stringMatching(/^A server uses .*: stop it first\.\n$/)
	]);
	scene.sqlite.close();
	const moved = await command();
	expect([moved.status, moved.stdout]).toEqual([
		0,
		expect.stringMatching(/^6 deploys copied, 22\.5 MB of logs; 1 of/)
	]);
	expect(existsSync(join(scene.dir, 'deploys.db'))).toBe(false);
	const [{ count }] = await sql<[{ count: number }]>`SELECT count(*)::int AS count FROM deploys`;
	expect(count).toBe(ids.length);
	const again = await command();
	expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('nothing to move')]);
});
