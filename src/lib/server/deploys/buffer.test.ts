import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';
import { FlushFailed } from './pending.ts';
import { mostBytes } from './limit.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const bytes = (text: string) => new TextEncoder().encode(text);
const notice = 'tailrace: the log ends here, because it has reached its limit of 100 MiB\n';

/** Fills the disk, as far as SQLite can tell. */
const fillDisk = () =>
	scene.sqlite.pragma(`max_page_count = ${scene.sqlite.pragma('page_count', { simple: true })}`);
const freeDisk = () => scene.sqlite.pragma('max_page_count = 1000000');

describe('an append', () => {
	test('is answered when it is on disk, and wakes the readers after that', async () => {
		const id = await scene.deploy();
		const { buffer: to, flushed } = scene.buffer();
		const stored = to.append(org, id, 0, bytes('hello\n'));
		expect(scene.raw(id).length).toBe(0);
		expect(await stored).toEqual({ kind: 'stored', end: 6 });
		expect(scene.raw(id).toString()).toBe('hello\n');
		expect(flushed).toMatchObject([[{ org, id }]]);
	});

	test('goes with those of other deploys in one transaction', async () => {
		const ids = [await scene.deploy(), await scene.deploy(), await scene.deploy()];
		const { buffer: to, flushed } = scene.buffer();
		await Promise.all(
			ids.flatMap((id) => [to.append(org, id, 0, bytes('a')), to.append(org, id, 1, bytes('b'))])
		);
		expect(flushed).toHaveLength(1);
		expect(ids.map((id) => scene.raw(id).toString())).toEqual(['ab', 'ab', 'ab']);
	});

	test('comes at most once in an interval to the disk', async () => {
		const id = await scene.deploy();
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const { buffer: to, flushed } = scene.buffer(50);
		const first = to.append(org, id, null, bytes('a'));
		await vi.runAllTimersAsync();
		await first;
		const second = to.append(org, id, null, bytes('b'));
		await vi.advanceTimersByTimeAsync(49);
		expect(flushed).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1);
		await second;
		expect(flushed).toHaveLength(2);
	});

	test('with a wrong offset learns the true end only when that is on disk', async () => {
		const id = await scene.deploy();
		const { buffer: to } = scene.buffer();
		const order: string[] = [];
		const stored = to.append(org, id, 0, bytes('abc')).then(() => order.push('stored'));
		const wrong = to.append(org, id, 0, bytes('abc')).then((answer) => order.push(JSON.stringify(answer)));
		const more = to.append(org, id, 3, bytes('d'));
		await Promise.all([stored, wrong, more]);
		expect(order).toEqual(['stored', '{"kind":"wrong offset","end":4}']);
		expect(await to.append(org, id, 9, bytes('x'))).toEqual({ kind: 'wrong offset', end: 4 });
	});

	test('without bytes is a heartbeat, which wakes nobody', async () => {
		const { id } = await scene.store.records.create(org, web, { now: 5 });
		const { buffer: to, flushed } = scene.buffer();
		expect(await to.append(org, id, null, bytes(''))).toEqual({ kind: 'stored', end: 0 });
		expect(Date.parse((await scene.store.records.get(org, id))?.last_append_at ?? '')).toBeGreaterThan(5);
		expect(flushed).toEqual([]);
		expect(scene.countChunks(id)).toBe(0);
	});

	test('to a finished deploy, or one of another organization, is refused', async () => {
		const id = await scene.deploy();
		await scene.store.records.finish(org, id, { status: 'failed' });
		const { buffer: to } = scene.buffer();
		expect(await to.append(org, id, 0, bytes('x'))).toEqual({ kind: 'finished', status: 'failed' });
		expect(await to.append('org-2', id, 0, bytes('x'))).toEqual({ kind: 'none' });
		expect(await to.append(org, 'nothing', 0, bytes('x'))).toEqual({ kind: 'none' });
	});

	test('to an interrupted deploy revives it', async () => {
		const id = await scene.deploy();
		await scene.store.upkeep.interruptSilent(0, Date.now() + 1_000);
		const { buffer: to, revived } = scene.buffer();
		await to.append(org, id, 0, bytes('x'));
		expect(revived).toMatchObject([{ org, id }]);
		expect((await scene.store.records.get(org, id))?.status).toBe('running');
	});
});

describe('a full buffer', () => {
	test('refuses, and takes more after the flush', async () => {
		const id = await scene.deploy();
		const { buffer: to } = scene.buffer(1_000);
		const large = new Uint8Array(9 * 1024 * 1024);
		const first = to.append(org, id, 0, large);
		expect(await to.append(org, id, large.length, large)).toEqual({ kind: 'full' });
		to.flush();
		expect(await first).toEqual({ kind: 'stored', end: large.length });
		const second = to.append(org, id, large.length, large);
		to.flush();
		expect(await second).toEqual({ kind: 'stored', end: 2 * large.length });
	});
});

describe('a log at its limit', () => {
	test('ends with a line that says so, and is finished with the size that was sent', async () => {
		const id = await scene.deploy();
		const { buffer: to } = scene.buffer();
		// A log of almost 100 MiB without the bytes: only its size matters here.
		const size = mostBytes - 5;
		await scene.append(id, 'begin');
		scene.sqlite.prepare('UPDATE deploys SET size = ? WHERE id = ?').run(size, id);

		expect(await to.append(org, id, size, bytes('123456'))).toEqual({ kind: 'too large', end: size });
		expect(scene.raw(id).toString()).toBe(`begin\n${notice}`);
		expect(await to.append(org, id, size, bytes('1'))).toEqual({ kind: 'too large', end: size });
		expect(await to.append(org, id, null, bytes('1'))).toEqual({ kind: 'too large', end: size });
		expect(await to.append(org, id, 7, bytes('1'))).toEqual({ kind: 'wrong offset', end: size });
		expect(await to.append(org, id, size, bytes(''))).toEqual({ kind: 'stored', end: size });
		expect(scene.raw(id).toString()).toBe(`begin\n${notice}`);

		expect((await scene.store.records.get(org, id))?.size).toBe(size + 1 + notice.length);
		const finished = await scene.store.records.finish(org, id, { status: 'succeeded', size });
		expect(finished).toMatchObject({ kind: 'finished' });
	});

	test('takes the last byte that fits', async () => {
		const id = await scene.deploy();
		scene.sqlite.prepare('UPDATE deploys SET size = ? WHERE id = ?').run(mostBytes - 5, id);
		const { buffer: to } = scene.buffer();
		expect(await to.append(org, id, null, bytes('12345'))).toEqual({ kind: 'stored', end: mostBytes });
	});
});

describe('a full disk', () => {
	test('rejects what it could not take, loses nothing that was acknowledged, and passes', async () => {
		const id = await scene.deploy();
		const { buffer: to } = scene.buffer();
		await to.append(org, id, 0, bytes('kept\n'));
		fillDisk();
		const lost = to.append(org, id, 5, new Uint8Array(100_000));
		const wrong = to.append(org, id, 3, bytes('x'));
		await expect(lost).rejects.toThrow(FlushFailed);
		expect(await wrong).toEqual({ kind: 'wrong offset', end: 5 });
		freeDisk();
		expect(await to.append(org, id, 5, bytes('on\n'))).toEqual({ kind: 'stored', end: 8 });
		expect(scene.raw(id).toString()).toBe('kept\non\n');
	});
});
