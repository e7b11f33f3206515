import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const letters = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r\n', '☃'), maxLength: 12 });

test('merging changes no byte, no line and no time of one', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(letters, { maxLength: 30 }), fc.array(letters), async (texts, later) => {
			const id = await scene.deploy();
			for (const [index, text] of texts.entries()) await scene.append(id, text, 1_000 * index);
			const [raw, lines] = [scene.raw(id), await scene.lines.read(org, id, 1, 100)];
			await scene.merge(id);
			expect(scene.raw(id)).toEqual(raw);
			expect(await scene.lines.read(org, id, 1, 100)).toEqual(lines);
			expect(scene.countChunks(id)).toBe(raw.length > 0 ? 1 : 0);

			for (const [index, text] of later.entries()) await scene.append(id, text, 1_000_000 + index);
			const whole = await scene.lines.read(org, id, 1, 200);
			await scene.merge(id);
			expect(await scene.lines.read(org, id, 1, 200)).toEqual(whole);
		}),
		{ numRuns: 200 }
	);
});

test('many small chunks become few, none over 256 KiB; long ones stay as they are', async () => {
	const [small, long] = [await scene.deploy(), await scene.deploy()];
	for (let index = 0; index < 1_000; index++) await scene.append(small, `${'x'.repeat(999)}\n`, index);
	for (let index = 0; index < 20; index++) await scene.append(long, 'y'.repeat(10_000), index);
	const raw = scene.raw(small);
	await scene.merge(small);
	await scene.merge(long);
	expect(scene.countChunks(small)).toBe(4);
	expect(scene.countChunks(long)).toBe(20);
	expect(scene.raw(small).equals(raw)).toBe(true);
});

test('a long append is stored in pieces that know their lines', async () => {
	const id = await scene.deploy();
	const text = 'line\n'.repeat(200_000);
	await scene.append(id, text);
	expect(scene.countChunks(id)).toBe(4);
	const last = await scene.store.chunks.at(org, id, text.length - 1);
	expect(last?.firstLine).toBe(1 + Math.floor((3 * 256 * 1024) / 5));
	expect(await scene.store.chunks.at(org, id, text.length)).toBeNull();
});
