import fc from 'fast-check';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { DeployBuffer, FlushFailed, type Appended } from './buffer.ts';
import type { Address } from './deploy.ts';
import { mostBytes } from './limit.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const bytes = (text: string) => new TextEncoder().encode(text);
const notice = 'tailrace: the log ends here, because it has reached its limit of 100 MiB\n';

function buffer(flushMs = 1) {
	const flushed: Address[][] = [];
	const revived: Address[] = [];
	const made = new DeployBuffer({
		store: scene.store,
		flushMs,
		onflushed: (addresses) => void flushed.push(addresses),
		onrevived: (addresses) => void revived.push(...addresses)
	});
	return { buffer: made, flushed, revived };
}

/** Fills the disk, as far as SQLite can tell. */
const fillDisk = () =>
	scene.sqlite.pragma(`max_page_count = ${scene.sqlite.pragma('page_count', { simple: true })}`);
const freeDisk = () => scene.sqlite.pragma('max_page_count = 1000000');

describe('an append', () => {
	test('is answered when it is on disk, and wakes the readers after that', async () => {
		const id = scene.deploy();
		const { buffer: to, flushed } = buffer();
		const stored = to.append(org, id, 0, bytes('hello\n'));
		expect(scene.raw(id).length).toBe(0);
		expect(await stored).toEqual({ kind: 'stored', end: 6 });
		expect(scene.raw(id).toString()).toBe('hello\n');
		expect(flushed).toMatchObject([[{ org, id }]]);
	});

	test('goes with those of other deploys in one transaction', async () => {
		const ids = [scene.deploy(), scene.deploy(), scene.deploy()];
		const { buffer: to, flushed } = buffer();
		await Promise.all(
			ids.flatMap((id) => [to.append(org, id, 0, bytes('a')), to.append(org, id, 1, bytes('b'))])
		);
		expect(flushed).toHaveLength(1);
		expect(ids.map((id) => scene.raw(id).toString())).toEqual(['ab', 'ab', 'ab']);
	});

	test('comes at most once in an interval to the disk', async () => {
		const id = scene.deploy();
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const { buffer: to, flushed } = buffer(50);
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
		const id = scene.deploy();
		const { buffer: to } = buffer();
		const order: string[] = [];
		const stored = to.append(org, id, 0, bytes('abc')).then(() => order.push('stored'));
		const wrong = to.append(org, id, 0, bytes('abc')).then((answer) => order.push(JSON.stringify(answer)));
		const more = to.append(org, id, 3, bytes('d'));
		await Promise.all([stored, wrong, more]);
		expect(order).toEqual(['stored', '{"kind":"wrong offset","end":4}']);
		expect(await to.append(org, id, 9, bytes('x'))).toEqual({ kind: 'wrong offset', end: 4 });
	});

	test('without bytes is a heartbeat, which wakes nobody', async () => {
		const id = scene.store.create(
			org,
			{ service: 'w', environment: null, version: null, commit: null, url: null },
			5
		).id;
		const { buffer: to, flushed } = buffer();
		expect(await to.append(org, id, null, bytes(''))).toEqual({ kind: 'stored', end: 0 });
		expect(Date.parse(scene.store.get(org, id)?.last_append_at ?? '')).toBeGreaterThan(5);
		expect(flushed).toEqual([[]]);
		expect(scene.countChunks(id)).toBe(0);
	});

	test('to a finished deploy, or one of another organization, is refused', async () => {
		const id = scene.deploy();
		scene.store.finish(org, id, { status: 'failed' });
		const { buffer: to } = buffer();
		expect(await to.append(org, id, 0, bytes('x'))).toEqual({ kind: 'finished', status: 'failed' });
		expect(await to.append('org-2', id, 0, bytes('x'))).toEqual({ kind: 'none' });
		expect(await to.append(org, 'nothing', 0, bytes('x'))).toEqual({ kind: 'none' });
	});

	test('to an interrupted deploy revives it', async () => {
		const id = scene.deploy();
		scene.upkeep.interruptSilent(Date.now() + 1_000);
		const { buffer: to, revived } = buffer();
		await to.append(org, id, 0, bytes('x'));
		expect(revived).toMatchObject([{ org, id }]);
		expect(scene.store.get(org, id)?.status).toBe('running');
	});
});

describe('a full buffer', () => {
	test('refuses, and takes more after the flush', async () => {
		const id = scene.deploy();
		const { buffer: to } = buffer(1_000);
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
		const id = scene.deploy();
		const { buffer: to } = buffer();
		// A log of almost 100 MiB without the bytes: only its size matters here.
		const size = mostBytes - 5;
		scene.append(id, 'begin');
		scene.sqlite.prepare('UPDATE deploys SET size = ? WHERE id = ?').run(size, id);

		expect(await to.append(org, id, size, bytes('123456'))).toEqual({ kind: 'too large', end: size });
		expect(scene.raw(id).toString()).toBe(`begin\n${notice}`);
		expect(await to.append(org, id, size, bytes('1'))).toEqual({ kind: 'too large', end: size });
		expect(await to.append(org, id, null, bytes('1'))).toEqual({ kind: 'too large', end: size });
		expect(await to.append(org, id, 7, bytes('1'))).toEqual({ kind: 'wrong offset', end: size });
		expect(await to.append(org, id, size, bytes(''))).toEqual({ kind: 'stored', end: size });
		expect(scene.raw(id).toString()).toBe(`begin\n${notice}`);

		expect(scene.store.get(org, id)?.size).toBe(size + 1 + notice.length);
		const finished = scene.store.finish(org, id, { status: 'succeeded', size });
		expect(finished).toMatchObject({ kind: 'finished' });
	});

	test('takes the last byte that fits', async () => {
		const id = scene.deploy();
		scene.sqlite.prepare('UPDATE deploys SET size = ? WHERE id = ?').run(mostBytes - 5, id);
		const { buffer: to } = buffer();
		expect(await to.append(org, id, null, bytes('12345'))).toEqual({ kind: 'stored', end: mostBytes });
	});
});

describe('a full disk', () => {
	test('rejects what it could not take, loses nothing that was acknowledged, and passes', async () => {
		const id = scene.deploy();
		const { buffer: to } = buffer();
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

type Step =
	{ do: 'append'; data: Uint8Array; offset: 'none' | 'end' | number } | { do: (typeof events)[number] };
const events = ['flush', 'crash', 'failed flush', 'merge'] as const;

const append = fc.record({
	do: fc.constant('append' as const),
	data: fc.uint8Array({ maxLength: 40 }),
	offset: fc.oneof(fc.constantFrom('none' as const, 'end' as const), fc.nat(120))
});
const steps: fc.Arbitrary<Step[]> = fc.array(
	fc.oneof(
		{ weight: 2, arbitrary: append },
		{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom(...events) }) }
	),
	{ maxLength: 40 }
);

/** A log as it must be: the content on disk, and after the next flush. */
class Model {
	readonly id = scene.deploy();
	#buffer = buffer(60_000).buffer;
	#stored: number[] = [];
	#taken: number[] = [];
	#waiting: { answer: Promise<Appended>; right: boolean; end: number }[] = [];

	async run(step: Step): Promise<void> {
		if (step.do === 'append') return this.#append(step.data, step.offset);
		if (step.do === 'merge') scene.merge(this.id);
		if (step.do === 'flush') await this.#flush();
		if (step.do === 'failed flush') await this.#failFlush();
		if (step.do === 'crash') this.#crash();
		expect([...scene.raw(this.id)]).toEqual(this.#stored);
		expect(scene.store.positionOf(org, this.id)?.size).toBe(this.#stored.length);
	}

	async #append(data: Uint8Array, wished: 'none' | 'end' | number): Promise<void> {
		const offset = wished === 'none' ? null : wished === 'end' ? this.#taken.length : wished;
		const right = offset === null || offset === this.#taken.length;
		const answer = this.#buffer.append(org, this.id, offset, data);
		if (right) this.#taken = [...this.#taken, ...data];
		const end = this.#taken.length;
		if (right || this.#waiting.length > 0) this.#waiting.push({ answer, right, end });
		else expect(await answer).toEqual({ kind: 'wrong offset', end }); // nothing is pending, so it knows at once
	}

	async #flush(): Promise<void> {
		this.#buffer.flush();
		this.#stored = this.#taken;
		for (const { answer, right, end } of this.#waiting) {
			const wrong = { kind: 'wrong offset', end: this.#stored.length };
			expect(await answer).toEqual(right ? { kind: 'stored', end } : wrong);
		}
		this.#waiting = [];
	}

	async #failFlush(): Promise<void> {
		const outcomes = Promise.allSettled(this.#waiting.map(({ answer }) => answer));
		scene.sqlite.exec(
			`CREATE TEMP TRIGGER fails BEFORE UPDATE ON main.deploys BEGIN SELECT RAISE(ABORT, ''); END`
		);
		this.#buffer.flush();
		scene.sqlite.exec('DROP TRIGGER fails');
		for (const [index, outcome] of (await outcomes).entries()) {
			const { right } = this.#waiting[index] ?? {};
			if (right) expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(FlushFailed) });
			else expect(outcome).toMatchObject({ value: { kind: 'wrong offset', end: this.#stored.length } });
		}
		this.#taken = this.#stored;
		this.#waiting = [];
	}

	/** Anything not yet acknowledged may be gone. */
	#crash(): void {
		for (const { answer } of this.#waiting) answer.catch(() => {}); // nobody is there to be told
		scene.reopen();
		this.#buffer = buffer(60_000).buffer;
		this.#taken = this.#stored;
		this.#waiting = [];
	}
}

test('any sequence of appends, retries, wrong offsets, crashes and failed flushes leaves the bytes acknowledged', async () => {
	await fc.assert(
		fc.asyncProperty(steps, async (all) => {
			const model = new Model();
			for (const step of all) await model.run(step);
			await model.run({ do: 'flush' });
		}),
		{ numRuns: 200 }
	);
});
