import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';
import { Deploys, type DeploysOptions } from './deploys.ts';

let scene: DeployScene;
let open: Deploys[] = [];
beforeEach(() => void (scene = new DeployScene()));
afterEach(async () => {
	for (const deploys of open) await deploys.close();
	open = [];
	scene.end();
});

/** Deploys on the scene's database; `seen` has the status after each change, `next` resolves at the next one. */
function start(options: Partial<DeploysOptions> = {}) {
	const changes = new EventTarget();
	const seen: unknown[] = [];
	const failures: unknown[] = [];
	const deploys = new Deploys({
		store: scene.store,
		idleMs: null,
		flushMs: 1,
		leaseMs: 60_000,
		stdout: null,
		onflushed: () => {},
		onchanged({ org, id }) {
			void scene.store.records.get(org, id).then((deploy) => {
				seen.push(deploy?.status);
				changes.dispatchEvent(new Event('changed'));
			});
		},
		onfailed: (error) => void failures.push(error),
		...options
	});
	deploys.start();
	open.push(deploys);
	return { deploys, seen, failures, next: () => once(changes, 'changed') };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a lease', () => {
	test('that is not renewed ends with the deploy interrupted; an append begins a new one', async () => {
		const { deploys, seen, next } = start({ leaseMs: 40 });
		const { id } = await deploys.create(org, web);
		while (seen.length < 2) await next();
		const interrupted = await deploys.get(org, id);
		expect(interrupted?.finished_at).toBe(interrupted?.last_append_at);

		await deploys.append(org, id, 0, bytes('back\n'));
		while (seen.length < 4) await next();
		expect(seen).toEqual(['running', 'interrupted', 'running', 'interrupted']);
	});

	test('is renewed by a heartbeat', async () => {
		const { deploys } = start();
		const id = await scene.deploy();
		await scene.append(id, 'x', Date.now() - 61_000);
		await deploys.append(org, id, null, bytes(''));
		start();
		expect((await deploys.get(org, id))?.status).toBe('running');
	});

	test('is judged at the start of the server by the last append', async () => {
		const [silent, alive] = [await scene.deploy(), await scene.deploy()];
		await scene.append(silent, 'x', Date.now() - 61_000);
		await scene.append(alive, 'x', Date.now() - 50_000);
		const { deploys } = start();
		expect((await deploys.get(org, silent))?.status).toBe('interrupted');
		expect((await deploys.get(org, alive))?.status).toBe('running');
	});
});

test('nothing runs while no deploy appends', async () => {
	const { deploys } = start({ flushMs: 500 });
	const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
	const { id } = await deploys.create(org, web);
	await deploys.append(org, id, 0, bytes('x'));
	const before = timers();
	const pending = deploys.append(org, id, 1, bytes('y'));
	await new Promise(setImmediate);
	expect(timers()).toBe(before + 1);
	await pending;
	expect(timers()).toBeLessThanOrEqual(before); // others may have ended theirs
});

describe('finish', () => {
	test('takes what was appended before it along', async () => {
		const { deploys } = start({ flushMs: 10_000 });
		const { id } = await deploys.create(org, web);
		await deploys.append(org, id, 0, bytes('a'));
		const pending = deploys.append(org, id, 1, bytes('b'));
		expect(await deploys.finish(org, id, { status: 'succeeded', size: 2 })).toMatchObject({
			deploy: { size: 2 }
		});
		expect(await pending).toEqual({ kind: 'stored', end: 2 });
	});

	test('joins the small chunks, also those that a crash left', async () => {
		const { deploys, failures } = start();
		const { id } = await deploys.create(org, web);
		const left = await scene.deploy();
		for (let line = 0; line < 50; line++) for (const to of [id, left]) await scene.append(to, `${line}\n`);
		await deploys.finish(org, id, { status: 'succeeded' });
		await deploys.idle();
		expect(scene.countChunks(id)).toBe(1);

		await scene.store.records.finish(org, left, { status: 'failed' });
		expect(scene.countChunks(left)).toBe(50);
		await start().deploys.idle();
		expect(scene.countChunks(left)).toBe(1);
		expect(await scene.store.upkeep.unmerged()).toEqual([]);
		expect(failures).toEqual([]);
	});

	test('prints each log whole, one after the other', async () => {
		const stdout = new PassThrough({ highWaterMark: 10 });
		const printed = text(stdout);
		const { deploys } = start({ stdout });
		const [one, two] = [(await deploys.create(org, web)).id, (await deploys.create(org, web)).id];
		for (let line = 0; line < 5; line++) {
			await scene.append(one, `one ${line}\n`);
			await scene.append(two, `two ${line}\n`);
		}
		await scene.append(one, 'without an end');
		for (const id of [one, two, one]) await deploys.finish(org, id, { status: 'succeeded' });
		await deploys.idle();
		stdout.end();
		expect(await printed).toBe(
			'one 0\none 1\none 2\none 3\none 4\nwithout an end\ntwo 0\ntwo 1\ntwo 2\ntwo 3\ntwo 4\n'
		);
	});
});

test('bytes come back as they were sent, in any range', async () => {
	const { deploys } = start();
	const { id } = await deploys.create(org, web);
	const sent = Uint8Array.from({ length: 600_000 }, (_, index) => (index * 7919) % 256);
	await deploys.append(org, id, 0, sent.subarray(0, 500_000));
	await deploys.append(org, id, 500_000, sent.subarray(500_000));
	const read = async (from: number, to: number) =>
		Buffer.concat(await Array.fromAsync(deploys.bytes(org, id, { from, to })));
	for (const [from, to] of [
		[0, 600_000],
		[1, 2],
		[262_143, 262_145],
		[499_999, 500_001],
		[599_999, 700_000],
		[5, 5],
		[700_000, 800_000]
	] as const) {
		expect((await read(from, to)).equals(sent.subarray(from, to))).toBe(true);
	}
	expect(await Array.fromAsync(deploys.bytes('org-2', id, { from: 0, to: 10 }))).toEqual([]);
});
