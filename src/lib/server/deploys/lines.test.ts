import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '☃'), maxLength: 8 }), {
	maxLength: 30
});

test('every line is found by its number, with its offset and the time at which it began', async () => {
	await fc.assert(
		fc.asyncProperty(texts, fc.nat(40), fc.nat(10), async (parts, first, count) => {
			const id = await scene.deploy();
			for (const [index, part] of parts.entries()) await scene.append(id, part, index);
			const read = await scene.lines.read(org, id, first + 1, first + 1 + count);

			const whole = parts.join('');
			const expected = whole.split('\n').slice(0, whole.endsWith('\n') || whole === '' ? -1 : undefined);
			expect(read.map(({ text }) => text)).toEqual(expected.slice(first, first + 1 + count));
			const buffer = Buffer.from(whole);
			const ends = parts.map((_, index) => Buffer.byteLength(parts.slice(0, index + 1).join('')));
			for (const { line, offset, time, text } of read) {
				expect(buffer.subarray(0, offset).toString().split('\n')).toHaveLength(line);
				expect(buffer.subarray(offset, offset + Buffer.byteLength(text)).toString()).toBe(text);
				expect(Date.parse(time)).toBe(ends.findIndex((end) => end > offset));
			}
		}),
		{ numRuns: 300 }
	);
});

describe('a 5 MB line', () => {
	let id = '';
	beforeAll(async () => {
		id = await scene.deploy();
		await scene.append(id, 'before\n');
		for (let index = 0; index < 50; index++) await scene.append(id, '☃'.repeat(35_000), index);
		await scene.append(id, '\r\nafter\nend', 99);
	});

	test('is shown by its beginning, cut between two characters', async () => {
		const [before, long, after, end] = await scene.lines.read(org, id, 1, 100);
		expect([before?.text, after?.text, end?.text]).toEqual(['before', 'after', 'end']);
		expect(long).toMatchObject({ line: 2, offset: 7, bytes: 5_250_002, cut: true });
		expect(long?.text).toBe('☃'.repeat(5_461));
	});

	test('is passed by at once when a later one is sought', async () => {
		expect(await scene.lines.startOf(org, id, 3)).toBe(7 + 5_250_002);
		expect(await scene.lines.startOf(org, id, 5)).toBeNull();
	});

	test('does not make the end of the log long', async () => {
		const from = (await scene.lines.tailOf(org, id)) ?? 0;
		const size = (await scene.store.records.positionOf(org, id))?.size ?? 0;
		expect(size - from).toBeLessThanOrEqual(1024 * 1024);
		expect((await scene.store.chunks.at(org, id, from))?.data[0]).toBeDefined();
		expect((from - 7) % 3).toBe(0);
	});
});

test('the end of a log begins at the start of a line', async () => {
	const id = await scene.deploy();
	for (let line = 1; line <= 2_000; line++) await scene.append(id, `line ${line}\n`);
	const from = (await scene.lines.tailOf(org, id)) as number;
	expect(scene.raw(id).subarray(from).toString()).toMatch(/^line 1501\n/);
	expect(await scene.lines.tailOf(org, id, 5_000)).toBe(0);
	expect(await scene.lines.tailOf(org, await scene.deploy())).toBe(0);
});

test('one call returns a bounded number of lines', async () => {
	const id = await scene.deploy();
	await scene.append(id, '\n'.repeat(6_000));
	expect(await scene.lines.read(org, id, 1, 1e9)).toHaveLength(5_000);
	expect(await scene.lines.read(org, id, 5_001, 1e9)).toHaveLength(1_000);
	expect(await scene.lines.read(org, id, 0, 5)).toEqual([]);
});

describe('a long line that overwrites itself', () => {
	const progress = (from: number, to: number) =>
		Array.from({ length: to - from }, (_, index) => `\rstep ${from + index} of many, and on it goes`).join(
			''
		);

	test('is shown in its last state while it goes on, and when it has ended', async () => {
		const id = await scene.deploy();
		await scene.append(id, 'before\n');
		for (let step = 0; step < 2_000; step += 100) await scene.append(id, progress(step, step + 100), step);
		const last = async () => (await scene.lines.read(org, id, 2, 2))[0];
		expect((await last())?.text.split('\r').at(-1)).toBe('step 1999 of many, and on it goes');
		expect(await last()).toMatchObject({ cut: false });

		await scene.append(id, '\r\nafter\n', 3_000);
		expect((await last())?.text.split('\r').at(-1)).toBe('step 1999 of many, and on it goes');
	});
});
