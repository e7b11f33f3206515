import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { lineAt } from '../support/deploys/deploy-lines.ts';
import { DeployScene, org } from '../support/deploys/deploy-scene.ts';

const writer = fileURLToPath(new URL('../support/deploys/deploy-writer.ts', import.meta.url));
const scene = new DeployScene();
afterAll(() => scene.end());

/** Lets a process append until it has been told of `count` ends, kills it in the middle, and returns the last of them. */
async function appendAndKill(id: string, count: number): Promise<number> {
	const child = spawn(process.execPath, [writer, scene.dir, org, id], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const exited = once(child, 'exit');
	let [last, told] = [0, 0];
	for await (const end of createInterface(child.stdout)) {
		last = Number(end);
		if (++told === count) child.kill('SIGKILL');
	}
	expect((await exited)[1]).toBe('SIGKILL');
	return last;
}

test('every byte that a killed server has acknowledged is in the file, and the log goes on without a gap', async () => {
	const id = await scene.deploy();
	for (let kill = 1; kill <= 3; kill++) {
		const acknowledged = await appendAndKill(id, 150);
		scene.reopen();
		const log = scene.raw(id);
		expect(log.length).toBeGreaterThanOrEqual(acknowledged);
		const { size, lines } = (await scene.store.records.get(org, id)) ?? { size: -1, lines: -1 };
		expect(size).toBe(log.length);
		expect(log.equals(Buffer.concat(Array.from({ length: lines }, (_, line) => lineAt(line))))).toBe(true);
	}
});
