import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { isAway } from '../postgres/connect.ts';
import { ThreadDied, Threads, youngMb, type ThreadsOptions } from './threads.ts';

/** What a thread of these tests does: gives a name back, perhaps once a gate is open, fails, or dies. */
interface Job {
	name: string;
	gate?: Int32Array;
	how?: 'throw' | 'exit' | 'break' | 'code' | 'away' | 'churn';
	/** Not for any thread: functions are not copied. */
	odd?: () => void;
}

const folder = mkdtempSync(join(tmpdir(), 'tailrace-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = pathToFileURL(join(folder, 'program.mjs'));
writeFileSync(
	program,
	`import { getHeapSpaceStatistics } from 'node:v8';
	import { workerData } from 'node:worker_threads';
	import postgres from ${JSON.stringify(import.meta.resolve('postgres'))};
	import { serve } from ${JSON.stringify(new URL('serve.ts', import.meta.url).href)};
	serve(async ({ name, gate, how }) => {
		if (gate) {
			Atomics.add(gate, 1, 1);
			Atomics.notify(gate, 1);
			Atomics.wait(gate, 0, 0);
		}
		if (how === 'throw') throw new Error('no ' + name);
		if (how === 'exit') process.exit(3);
		if (how === 'break') setImmediate(() => { throw new Error('broken'); });
		if (how === 'break') await new Promise(() => {});
		if (how === 'code') throw Object.assign(new Error('away'), { code: '57P01', query: 'SELECT 1', secret: () => {} });
		if (how === 'away') await postgres({ host: '127.0.0.1', port: 1, idle_timeout: 1 })\`SELECT 1\`;
		if (how === 'churn') {
			const kept = [];
			for (let i = 0; i < 4e6; i++) kept[i % 3e5] = { i, text: [i, i, i, i] };
			const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
			return { result: String(young.space_size) };
		}
		return { result: [workerData, name].join(' ') };
	});`
);

function threads(more: Partial<ThreadsOptions> = {}) {
	const said: string[] = [];
	const log = pino({}, { write: (text: string) => said.push(text) });
	const made = new Threads<Job, string>({ program, most: 1, data: 'did', heapMb: 64, log, ...more });
	onTestFinished(() => made.close());
	return { threads: made, said };
}

/** Holds a job until it is opened; `entered` resolves when so many are held. */
function gate() {
	const cells = new Int32Array(new SharedArrayBuffer(8));
	const open = () => {
		Atomics.store(cells, 0, 1);
		Atomics.notify(cells, 0);
	};
	onTestFinished(open);
	async function entered(jobs: number): Promise<void> {
		for (let held = 0; held < jobs; held = Atomics.load(cells, 1))
			await Atomics.waitAsync(cells, 1, held).value;
	}
	return { cells, open, entered };
}

describe('heavy jobs', () => {
	test('leave a thread to light ones, and come first where they may', async () => {
		const { threads: two } = threads({ most: 2, mostHeavy: 1 });
		const held = gate();
		const first = two.run({ name: 'heavy', gate: held.cells }, { isHeavy: true });
		await held.entered(1);
		const order: string[] = [];
		const note = (name: string) => () => void order.push(name);
		const second = two.run({ name: 'heavy too' }, { isHeavy: true }).then(note('heavy'));
		expect(await two.run({ name: 'light' })).toBe('did light');
		expect(order).toEqual([]);
		const blocked = gate();
		const light = two.run({ name: 'light', gate: blocked.cells });
		await blocked.entered(1); // both threads are busy now
		const more = two.run({ name: 'more' }).then(note('light'));
		held.open();
		await Promise.all([first, second]);
		blocked.open();
		await Promise.all([light, more]);
		expect(order[0]).toBe('heavy');
	});
});

describe('a job', () => {
	test('is done by a thread, which knows what it was started with', async () => {
		expect(await threads().threads.run({ name: 'this' })).toBe('did this');
	});

	test('that throws rejects with its error, and its thread goes on', async () => {
		const { threads: one, said } = threads();
		await expect(one.run({ name: 'luck', how: 'throw' })).rejects.toThrow('no luck');
		expect(await one.run({ name: 'more' })).toBe('did more');
		expect(said).toEqual([]);
	});

	test('that cannot be sent rejects, and its thread goes on', async () => {
		const { threads: one } = threads();
		await expect(one.run({ name: 'odd', odd: () => {} })).rejects.toThrow('could not be cloned');
		expect(await one.run({ name: 'next' })).toBe('did next');
	});

	test('that fails with a code keeps it, which tells what has failed', async () => {
		const { threads: one } = threads();
		const failed = one.run({ name: 'first', how: 'code' });
		await expect(failed).rejects.toMatchObject({ message: 'away', code: '57P01', query: 'SELECT 1' });
	});

	test('that could not ask PostgreSQL at all says so', async () => {
		const { threads: one } = threads();
		const failed: unknown = await one.run({ name: 'first', how: 'away' }).catch((error: unknown) => error);
		expect([(failed as { code?: string }).code, isAway(failed)]).toEqual(['ECONNREFUSED', true]);
	});

	// Not by filling its heap: V8 sometimes ends the whole process then.
	test.each(['exit', 'break'] as const)(
		'that kills its thread (%s) costs only itself, and the thread is replaced',
		async (how) => {
			const { threads: one, said } = threads({ most: 2 });
			const held = gate();
			const neighbour = one.run({ name: 'neighbour', gate: held.cells });
			await held.entered(1);
			const deadly = one.run({ name: 'deadly', how });
			const waiting = one.run({ name: 'waiting' });
			await expect(deadly).rejects.toThrow(ThreadDied);
			expect(await waiting).toBe('did waiting');
			held.open();
			expect(await neighbour).toBe('did neighbour');
			expect(said).toEqual([expect.stringContaining('a thread has ended')]);
		}
	);

	test('runs beside others, no more than there are threads', async () => {
		const { threads: two } = threads({ most: 2 });
		const held = gate();
		const done: string[] = [];
		const jobs = ['a', 'b', 'c'].map((name) =>
			two.run({ name, gate: held.cells }).then((result) => done.push(result))
		);
		await held.entered(2);
		expect(done).toEqual([]);
		held.open();
		await Promise.all(jobs);
		expect(done).toHaveLength(3);
	});
});

test('those who have jobs waiting take turns', async () => {
	const { threads: one } = threads();
	const held = gate();
	const order: string[] = [];
	const run = (turn: string, name: string) =>
		one.run({ name }, { turn }).then((result) => order.push(result.replace('did ', '')));
	const first = one.run({ name: 'first', gate: held.cells }, { turn: 'many' });
	await held.entered(1);
	const jobs = ['m1', 'm2', 'm3', 'm4'].map((name) => run('many', name));
	jobs.push(run('few', 'f1'), run('few', 'f2'), run('one', 'o1'));
	held.open();
	await Promise.all([first, ...jobs]);
	expect(order).toEqual(['m1', 'f1', 'o1', 'm2', 'f2', 'm3', 'm4']);
});

describe('a signal', () => {
	test('leaves out a job that waits, and drops the result of one under way', async () => {
		const { threads: one } = threads();
		const held = gate();
		const [leaving, late] = [new AbortController(), new AbortController()];
		const running = one.run({ name: 'running', gate: held.cells }, { signal: leaving.signal });
		await held.entered(1);
		const left = one.run({ name: 'left', how: 'exit' }, { signal: leaving.signal });
		const stays = one.run({ name: 'stays' });
		leaving.abort(new Error('gone'));
		await expect(running).rejects.toThrow('gone');
		await expect(left).rejects.toThrow('gone');
		held.open();
		expect(await stays).toBe('did stays');
		late.abort(new Error('too late'));
		await expect(one.run({ name: 'late' }, { signal: late.signal })).rejects.toThrow('too late');
	});

	test('that outlives its jobs keeps nothing of them', async () => {
		const { threads: one } = threads();
		const { signal } = new AbortController();
		for (const name of ['a', 'b', 'c']) await one.run({ name }, { signal });
		await expect(one.run({ name: 'd', how: 'throw' }, { signal })).rejects.toThrow('no d');
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	});
});

test('a close rejects what is under way and what waits, and what comes later', async () => {
	const { threads: one, said } = threads();
	const held = gate();
	const jobs = ['running', 'waiting'].map((name) => one.run({ name, gate: held.cells }));
	const ended = Promise.allSettled(jobs);
	await held.entered(1);
	await one.close();
	for (const outcome of await ended)
		expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'ThreadDied' } });
	await expect(one.run({ name: 'later' })).rejects.toThrow(ThreadDied);
	expect(said).toEqual([]);
});

test('a thread sets little memory aside for what lives shortly, however much it makes', async () => {
	const { threads: one } = threads({ heapMb: 1024 });
	const bytes = Number(await one.run({ name: 'much', how: 'churn' }));
	expect(bytes).toBeGreaterThan(2 ** 20);
	expect(bytes).toBeLessThanOrEqual(youngMb * 2 ** 20);
});
