import { afterEach, expect, test } from 'vitest';
import { DeployScene, migrations, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { open } from './connect.ts';

const scene = new DeployScene();
afterEach(() => scene.end());

test('what is committed is on disk, and the view gives a log as one column', async () => {
	const sqlite = open(scene.dir, migrations);
	const settings = ['journal_mode', 'synchronous', 'foreign_keys'];
	expect(settings.map((setting) => sqlite.pragma(setting, { simple: true }))).toEqual(['wal', 2, 1]);
	sqlite.close();

	const [id, silent] = [await scene.deploy(), await scene.deploy()];
	await scene.append(id, 'one\nsn');
	await scene.append(id, Uint8Array.of(0xe2, 0x98)); // a snowman in two chunks
	await scene.append(id, Uint8Array.of(0x83, 0x0a));
	scene.reopen();

	const log = scene.sqlite.prepare('SELECT logs FROM deploy_logs WHERE deploy_id = ?').pluck();
	expect(log.get(id)).toBe('one\nsn☃\n');
	expect(log.get(silent)).toBe('');
	expect(await scene.store.records.get(org, id)).toMatchObject({ size: 10, lines: 2 });
});
