import { afterAll, expect, test } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';
import { Deploys } from './deploys.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const other = 'org-2';
const mebi = 1024 * 1024;

function open() {
	const failures: unknown[] = [];
	const deploys = new Deploys({
		store: scene.store,
		idleMs: null,
		flushMs: 5,
		leaseMs: 60_000,
		stdout: null,
		onflushed() {},
		onchanged() {},
		onfailed: (error) => void failures.push(error)
	});
	deploys.start();
	return { deploys, failures };
}

const rows = (table: string) => scene.sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
const sizeOf = () =>
	scene.sqlite
		.prepare<[], { count: number; bytes: number }>(
			'SELECT count(*) AS count, coalesce(sum(length(data)), 0) AS bytes FROM deploy_chunks'
		)
		.get() ?? { count: 0, bytes: 0 };
const bytes = (text: string) => new TextEncoder().encode(text);

test('every deploy of an organization goes, also a running one with bytes on their way, and no other', async () => {
	const { deploys, failures } = open();
	const [running, ended, theirs] = [
		await deploys.create(org, web),
		await deploys.create(org, web),
		await deploys.create(other, web)
	];
	await deploys.append(org, ended.id, 0, bytes('over\n'));
	await deploys.finish(org, ended.id, { status: 'succeeded' });
	await deploys.append(org, running.id, 0, bytes('so far\n'));
	expect(await deploys.organizations()).toEqual([org, other]);

	let removed = false;
	const removal = deploys.removeOf(org).then(() => (removed = true));
	/** Sends until the deploy is gone or the removal is over, and returns the last answer. */
	const sendTo = async (of: string, id: string) => {
		let kind = 'stored';
		while (!removed && kind === 'stored') ({ kind } = await deploys.append(of, id, null, bytes('more\n')));
		return kind;
	};
	const last = await Promise.all([sendTo(org, running.id), sendTo(other, theirs.id), removal]);
	expect(last).toEqual(['none', 'stored', true]);

	expect(await deploys.organizations()).toEqual([other]);
	expect(rows('deploys')).toBe(1);
	expect(await deploys.get(org, running.id)).toBeNull();
	expect(await deploys.append(org, running.id, null, bytes('x'))).toEqual({ kind: 'none' });
	expect(scene.raw(theirs.id).toString()).toMatch(/^(more\n)+$/);
	await deploys.removeOf(other);
	expect([rows('deploys'), rows('deploy_chunks')]).toEqual([0, 0]);
	await deploys.removeOf(org);
	expect(failures).toEqual([]);
	await deploys.close();
});

test('a log of 100 MiB goes without holding anybody up, and what is cut short is taken up later', async () => {
	const id = await scene.deploy();
	for (let at = 0; at < 100; at++) await scene.append(id, new Uint8Array(mebi), Date.now());
	const small = await scene.deploy();
	for (let at = 0; at < 3_000; at++) await scene.append(small, 'a line\n', Date.now());
	const chunks = Number(rows('deploy_chunks'));

	const first = open();
	const cut = first.deploys.removeOf(org);
	await new Promise(setImmediate);
	await new Promise(setImmediate);
	await first.deploys.close();
	await cut;
	expect(rows('deploy_chunks')).toBeGreaterThan(0);
	expect(rows('deploy_chunks')).toBeLessThan(chunks);
	expect(rows('deploys')).toBe(2);

	const { deploys } = open();
	const sizes = [sizeOf()];
	let removed = false;
	const removal = deploys.removeOf(org).then(() => (removed = true));
	while (!removed) {
		await new Promise(setImmediate);
		sizes.push(sizeOf());
	}
	await removal;
	expect([rows('deploys'), rows('deploy_chunks')]).toEqual([0, 0]);
	const inOneTurn = sizes.slice(1).map(({ count, bytes }, at) => {
		const before = sizes[at] ?? { count: 0, bytes: 0 };
		return { count: before.count - count, bytes: before.bytes - bytes };
	});
	expect(Math.max(...inOneTurn.map(({ count }) => count))).toBeLessThanOrEqual(1_000);
	expect(Math.max(...inOneTurn.map(({ bytes }) => bytes))).toBeLessThan(4.5 * mebi);
	await deploys.close();
});
