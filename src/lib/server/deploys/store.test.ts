import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';

const scene = new DeployScene();
afterAll(() => scene.end());
const none = new Uint8Array();

test('a deploy is read back as it was made', async () => {
	const commit = { sha: 'abc', branch: 'main', message: 'Fix', author: 'Ada', url: 'https://x.test/abc' };
	const made = await scene.store.records.create(org, {
		...web,
		environment: 'production',
		version: '1',
		commit,
		url: 'https://x.test'
	});
	expect(made).toMatchObject({ commit, environment: 'production', status: 'running', size: 0, lines: 0 });
	expect(made).toMatchObject({ finished_at: null, duration_ms: null, exit_code: null });
	expect(await scene.store.records.get(org, made.id)).toEqual(made);
});

test('another organization finds nothing and changes nothing', async () => {
	const id = await scene.deploy();
	await scene.append(id, 'secret\n');
	expect(await scene.store.records.get('org-2', id)).toBeNull();
	expect(await scene.store.records.positionOf('org-2', id)).toBeNull();
	expect((await scene.store.records.list('org-2', {})).deploys).toEqual([]);
	expect(await scene.store.records.finish('org-2', id, { status: 'failed' })).toEqual({ kind: 'none' });
	const addition = { org: 'org-2', id, offset: 7, data: Buffer.from('x'), cutAt: null };
	expect(await scene.store.records.append([addition])).toEqual([{ kind: 'changed', at: null }]);
	expect(await scene.store.chunks.at('org-2', id, 0)).toBeNull();
	expect(await scene.store.chunks.join('org-2', id, 0)).toBeNull();
	expect(await scene.store.chunks.beforeLine('org-2', id, 2, 7)).toBeNull();
	expect(await scene.lines.tailOf('org-2', id)).toBeNull();
	expect(scene.raw(id).toString()).toBe('secret\n');
	expect((await scene.store.records.get(org, id))?.status).toBe('running');
});

test('lines count a last one without its end, once', async () => {
	const id = await scene.deploy();
	const linesAfter = async (text: string) => {
		await scene.append(id, text);
		return (await scene.store.records.get(org, id))?.lines;
	};
	const counts = [];
	for (const text of ['a', 'b\n', '', 'c\nd\n', 'e', '\n', '\n']) counts.push(await linesAfter(text));
	expect(counts).toEqual([1, 1, 1, 3, 4, 4, 5]);
});

test('an addition that does not begin at the end of its log is left out, and told where that is', async () => {
	const [one, two, ended] = [await scene.deploy(), await scene.deploy(), await scene.deploy()];
	await scene.store.records.finish(org, ended, { status: 'succeeded' });
	const addition = { org, offset: 0, data: Buffer.from('x'), cutAt: null };
	const added = await scene.store.records.append([
		{ ...addition, id: one },
		{ ...addition, id: two, offset: 1 },
		{ ...addition, id: ended }
	]);
	expect(added).toMatchObject([
		{ kind: 'stored', revived: false },
		{ kind: 'changed', at: { status: 'running', size: 0 } },
		{ kind: 'changed', at: { status: 'succeeded', size: 0 } }
	]);
	expect([one, two, ended].map((id) => scene.raw(id).toString())).toEqual(['x', '', '']);
});

describe('the list', () => {
	const other = 'org-list';
	const make = async (service: string, environment: string | null) =>
		(await scene.store.records.create(other, { ...web, service, environment })).id;
	const ids: string[] = [];
	let newest: string[] = [];
	beforeAll(async () => {
		for (let index = 0; index < 120; index++) {
			ids.push(await make(index % 2 ? 'web' : 'api', index % 3 ? null : 'staging'));
		}
		newest = ids.toReversed();
	});

	test('is newest first and goes on where it ended', async () => {
		const first = await scene.store.records.list(other, { limit: 1_000 });
		expect(first.deploys.map(({ id }) => id)).toEqual(newest.slice(0, 100));
		expect(first.next).toBe(newest[99]);
		const rest = await scene.store.records.list(other, { before: first.next ?? '' });
		expect(rest.deploys.map(({ id }) => id)).toEqual(newest.slice(100));
		expect(rest.next).toBeNull();
	});

	test('is narrowed by service, environment and status', async () => {
		await scene.store.records.finish(other, ids[3] as string, { status: 'failed', exitCode: 7 });
		const found = async (filter: object) =>
			(await scene.store.records.list(other, filter)).deploys.map(({ id }) => id);
		expect(await found({ status: 'failed' })).toEqual([ids[3]]);
		expect(await found({ service: 'web', environment: 'staging' })).toHaveLength(20);
		expect(await found({ service: 'web', environment: 'staging', status: 'failed' })).toEqual([ids[3]]);
		expect(await found({ service: 'none' })).toEqual([]);
	});
});

describe('finish', () => {
	test('ends a deploy whose log has the size that was sent', async () => {
		const id = await scene.deploy();
		await scene.append(id, 'abc');
		expect(await scene.store.records.finish(org, id, { status: 'succeeded', size: 2 })).toEqual({
			kind: 'wrong offset',
			end: 3
		});
		const finished = await scene.store.records.finish(org, id, { status: 'succeeded', exitCode: 0, size: 3 });
		expect(finished).toMatchObject({
			kind: 'finished',
			first: true,
			deploy: { status: 'succeeded', exit_code: 0 }
		});
		expect((await scene.store.records.get(org, id))?.duration_ms).toBeGreaterThanOrEqual(0);
	});

	test('repeated gives the same; with another status it is refused', async () => {
		const id = await scene.deploy();
		await scene.store.records.finish(org, id, { status: 'failed', exitCode: 3 }, 5);
		const again = await scene.store.records.finish(org, id, { status: 'failed', exitCode: 4, size: 99 }, 6);
		expect(again).toMatchObject({ kind: 'finished', first: false, deploy: { exit_code: 3 } });
		const other = await scene.store.records.finish(org, id, { status: 'succeeded' });
		expect(other).toEqual({ kind: 'conflict', status: 'failed' });
	});

	test('an append to an interrupted deploy makes it run again', async () => {
		const id = (await scene.store.records.create(org, web, { now: 1_000 })).id;
		expect(await scene.store.upkeep.interruptSilent(0, 2_000)).toContainEqual({ org, id });
		expect(await scene.store.records.get(org, id)).toMatchObject({ status: 'interrupted', duration_ms: 0 });
		const heartbeat = { org, id, offset: 0, data: none, cutAt: null };
		expect(await scene.store.records.append([heartbeat], 3_000)).toEqual([{ kind: 'stored', revived: true }]);
		expect(await scene.store.records.get(org, id)).toMatchObject({ status: 'running', finished_at: null });
		expect(await scene.store.records.append([heartbeat])).toEqual([{ kind: 'stored', revived: false }]);
	});
});
