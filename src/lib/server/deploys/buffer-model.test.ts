import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { FlushFailed, type Appended } from './pending.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

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
	readonly id: string;
	#buffer = scene.buffer(60_000).buffer;
	#stored: number[] = [];
	#taken: number[] = [];
	#waiting: { answer: Promise<Appended>; right: boolean; end: number }[] = [];

	constructor(id: string) {
		this.id = id;
	}

	async run(step: Step): Promise<void> {
		if (step.do === 'append') return this.#append(step.data, step.offset);
		if (step.do === 'merge') await scene.merge(this.id);
		if (step.do === 'flush') await this.#flush();
		if (step.do === 'failed flush') await this.#failFlush();
		if (step.do === 'crash') this.#crash();
		expect([...scene.raw(this.id)]).toEqual(this.#stored);
		expect((await scene.store.records.positionOf(org, this.id))?.size).toBe(this.#stored.length);
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
		await this.#buffer.flush();
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
		await this.#buffer.flush();
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
		this.#buffer = scene.buffer(60_000).buffer;
		this.#taken = this.#stored;
		this.#waiting = [];
	}
}

test('any sequence of appends, retries, wrong offsets, crashes and failed flushes leaves the bytes acknowledged', async () => {
	await fc.assert(
		fc.asyncProperty(steps, async (all) => {
			const model = new Model(await scene.deploy());
			for (const step of all) await model.run(step);
			await model.run({ do: 'flush' });
		}),
		{ numRuns: 200 }
	);
});
