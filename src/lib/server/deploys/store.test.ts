import { afterAll, describe, expect, test } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';

const scene = new DeployScene();
afterAll(() => scene.end());
const none = new Uint8Array();

test('a deploy is read back as it was made', () => {
	const commit = { sha: 'abc', branch: 'main', message: 'Fix', author: 'Ada', url: 'https://x.test/abc' };
	const made = scene.store.create(org, {
		...web,
		environment: 'production',
		version: '1',
		commit,
		url: 'https://x.test'
	});
	expect(made).toMatchObject({ commit, environment: 'production', status: 'running', size: 0, lines: 0 });
	expect(made).toMatchObject({ finished_at: null, duration_ms: null, exit_code: null });
	expect(scene.store.get(org, made.id)).toEqual(made);
});

test('another organization finds nothing and changes nothing', () => {
	const id = scene.deploy();
	scene.append(id, 'secret\n');
	expect(scene.store.get('org-2', id)).toBeNull();
	expect(scene.store.positionOf('org-2', id)).toBeNull();
	expect(scene.store.list('org-2', {}).deploys).toEqual([]);
	expect(scene.store.finish('org-2', id, { status: 'failed' })).toEqual({ kind: 'none' });
	const addition = { org: 'org-2', id, offset: 7, data: Buffer.from('x'), cutAt: null };
	expect(() => scene.store.append([addition])).toThrow(/changed behind/);
	expect(scene.chunks.at('org-2', id, 0)).toBeNull();
	expect(scene.chunks.join('org-2', id, 0)).toBeNull();
	expect(scene.chunks.beforeLine('org-2', id, 2, 7)).toBeNull();
	expect(scene.lines.tailOf('org-2', id)).toBeNull();
	expect(scene.raw(id).toString()).toBe('secret\n');
	expect(scene.store.get(org, id)?.status).toBe('running');
});

test('lines count a last one without its end, once', () => {
	const id = scene.deploy();
	const linesAfter = (text: string) => {
		scene.append(id, text);
		return scene.store.get(org, id)?.lines;
	};
	expect(['a', 'b\n', '', 'c\nd\n', 'e', '\n', '\n'].map(linesAfter)).toEqual([1, 1, 1, 3, 4, 4, 5]);
});

test('an addition that does not begin at the end of its log stores none of its transaction', () => {
	const [one, two] = [scene.deploy(), scene.deploy()];
	const addition = { org, offset: 0, data: Buffer.from('x'), cutAt: null };
	expect(() =>
		scene.store.append([
			{ ...addition, id: one },
			{ ...addition, id: two, offset: 1 }
		])
	).toThrow();
	expect(scene.store.positionOf(org, one)?.size).toBe(0);
});

describe('the list', () => {
	const other = 'org-list';
	const make = (service: string, environment: string | null) =>
		scene.store.create(other, { ...web, service, environment }).id;
	const ids = Array.from({ length: 120 }, (_, index) =>
		make(index % 2 ? 'web' : 'api', index % 3 ? null : 'staging')
	);
	const newest = ids.toReversed();

	test('is newest first and goes on where it ended', () => {
		const first = scene.store.list(other, { limit: 1_000 });
		expect(first.deploys.map(({ id }) => id)).toEqual(newest.slice(0, 100));
		expect(first.next).toBe(newest[99]);
		const rest = scene.store.list(other, { before: first.next ?? '' });
		expect(rest.deploys.map(({ id }) => id)).toEqual(newest.slice(100));
		expect(rest.next).toBeNull();
	});

	test('is narrowed by service, environment and status', () => {
		scene.store.finish(other, ids[3] as string, { status: 'failed', exitCode: 7 });
		const found = (filter: object) => scene.store.list(other, filter).deploys.map(({ id }) => id);
		expect(found({ status: 'failed' })).toEqual([ids[3]]);
		expect(found({ service: 'web', environment: 'staging' })).toHaveLength(20);
		expect(found({ service: 'web', environment: 'staging', status: 'failed' })).toEqual([ids[3]]);
		expect(found({ service: 'none' })).toEqual([]);
	});
});

describe('finish', () => {
	test('ends a deploy whose log has the size that was sent', () => {
		const id = scene.deploy();
		scene.append(id, 'abc');
		expect(scene.store.finish(org, id, { status: 'succeeded', size: 2 })).toEqual({
			kind: 'wrong offset',
			end: 3
		});
		const finished = scene.store.finish(org, id, { status: 'succeeded', exitCode: 0, size: 3 });
		expect(finished).toMatchObject({
			kind: 'finished',
			first: true,
			deploy: { status: 'succeeded', exit_code: 0 }
		});
		expect(scene.store.get(org, id)?.duration_ms).toBeGreaterThanOrEqual(0);
	});

	test('repeated gives the same; with another status it is refused', () => {
		const id = scene.deploy();
		scene.store.finish(org, id, { status: 'failed', exitCode: 3 }, 5);
		const again = scene.store.finish(org, id, { status: 'failed', exitCode: 4, size: 99 }, 6);
		expect(again).toMatchObject({ kind: 'finished', first: false, deploy: { exit_code: 3 } });
		const other = scene.store.finish(org, id, { status: 'succeeded' });
		expect(other).toEqual({ kind: 'conflict', status: 'failed' });
	});

	test('an append to an interrupted deploy makes it run again', () => {
		const id = scene.store.create(org, web, 1_000).id;
		expect(scene.upkeep.interruptSilent(2_000)).toContainEqual({ org, id });
		expect(scene.store.get(org, id)).toMatchObject({ status: 'interrupted', duration_ms: 0 });
		const heartbeat = { org, id, offset: 0, data: none, cutAt: null };
		expect(scene.store.append([heartbeat], 3_000)).toMatchObject([{ org, id }]);
		expect(scene.store.get(org, id)).toMatchObject({ status: 'running', finished_at: null });
		expect(scene.store.append([heartbeat])).toEqual([]);
	});
});
