import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import type { TextChunk } from './text-chunks.ts';
import { deploySource } from './source.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const sourceOf = (id: string) => deploySource(scene.store, org, id);
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

async function rest(id: string, cursor: number, limit = 2_000): Promise<TextChunk[]> {
	const chunks: TextChunk[] = [];
	for (let more = true; more;) {
		const page = await sourceOf(id).after(chunks.at(-1)?.end ?? cursor, limit);
		expect(page.items.length).toBeLessThanOrEqual(limit);
		chunks.push(...page.items);
		more = page.more;
	}
	return chunks;
}

const fragments = ['a', '\n', '\r\n', '\r', '☃', '🎉', '\x1b[31m', '\x1b]8;;x\x1b\\'].map((text) =>
	Buffer.from(text)
);
const noise = fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes));
const content = fc
	.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...fragments) }, noise), { maxLength: 40 })
	.map((parts) => Buffer.concat(parts));
const cuts = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });

test('a reader gets a growing log as whole text, each byte once, however it was appended', async () => {
	await fc.assert(
		fc.asyncProperty(content, cuts, fc.integer({ min: 1, max: 4 }), async (whole, lengths, limit) => {
			const id = await scene.deploy();
			const got: TextChunk[] = [];
			for (let at = 0, flush = 0; at < whole.length; flush++) {
				const end = at + 1 + (lengths[flush % lengths.length] ?? 0);
				await scene.append(id, whole.subarray(at, end), flush);
				at = end;
				if (flush % 7 === 3) await scene.merge(id);
				got.push(...(await rest(id, got.at(-1)?.end ?? 0, limit)));
				expect(got.at(-1)?.end ?? 0).toBe(await sourceOf(id).head());
			}
			await scene.store.records.finish(org, id, { status: 'succeeded' });
			got.push(...(await rest(id, got.at(-1)?.end ?? 0, limit)));

			expect(got.map(({ text }) => text).join('')).toBe(decode(whole));
			expect(await sourceOf(id).head()).toBe(whole.length);
			let end = 0;
			for (const chunk of got) {
				expect(chunk.offset).toBe(end);
				expect(chunk.line).toBe(whole.subarray(0, end).toString('latin1').split('\n').length);
				expect(chunk.text).toBe(decode(whole.subarray(chunk.offset, chunk.end)));
				end = chunk.end;
			}
		}),
		{ numRuns: 500 }
	);
});

describe('what may be half of something', () => {
	test.each([
		['a character', 'é'],
		['an emoji', '🎉'],
		['a line end', '\r\n'],
		['a colour', '\x1b[38;5;196m'],
		['a link', '\x1b]8;;https://x.test\x1b\\']
	])('is held back until it is whole: %s', async (_, text) => {
		const bytes = Buffer.from(text);
		for (let cut = 1; cut < bytes.length; cut++) {
			const id = await scene.deploy();
			await scene.append(id, Buffer.concat([Buffer.from('x'), bytes.subarray(0, cut)]), 1);
			expect(await rest(id, 0)).toMatchObject([{ offset: 0, end: 1, text: 'x' }]);
			await scene.append(id, bytes.subarray(cut), 2);
			expect((await rest(id, 1)).map((chunk) => chunk.text).join('')).toBe(text);
		}
	});

	test('is shown when the deploy has ended, though not while it is only interrupted', async () => {
		const id = await scene.deploy();
		await scene.append(id, Uint8Array.of(0x61, 0xf0, 0x9f));
		await scene.store.upkeep.interruptSilent(0, Date.now() + 1_000);
		expect((await rest(id, 0)).map(({ text }) => text)).toEqual(['a']);
		await scene.store.records.finish(org, id, { status: 'failed' });
		expect((await rest(id, 1)).map(({ text }) => text)).toEqual(['\ufffd']);
	});
});

test('chunks are at most 16 KiB and end at line ends where they can', async () => {
	const id = await scene.deploy();
	const text = `${'0123456789'.repeat(10)}\n`.repeat(2_000) + '☃'.repeat(20_000);
	await scene.append(id, text);
	const chunks = await rest(id, 0);
	expect(chunks.map((chunk) => chunk.text).join('')).toBe(text);
	for (const { offset, end } of chunks) expect(end - offset).toBeLessThanOrEqual(16 * 1024);
	const whole = chunks.filter(({ end }) => end <= 202_000);
	expect(whole.every((chunk) => chunk.text.endsWith('\n'))).toBe(true);
});

test('a reader begins in the middle of anything', async () => {
	const id = await scene.deploy();
	await scene.append(id, 'one\ntwo\nthree\n', 5);
	expect(await rest(id, 6)).toEqual([
		{ offset: 6, end: 14, line: 2, time: new Date(5).toISOString(), text: 'o\nthree\n' }
	]);
	expect(await rest(id, 14)).toEqual([]);
	expect(await rest(id, 99)).toEqual([]);
});

test('chunks keep the times of their lines when the log has been merged', async () => {
	const id = await scene.deploy();
	for (let line = 1; line <= 5; line++) await scene.append(id, `${line}\n`, line);
	const before = await rest(id, 0);
	await scene.merge(id);
	expect(await rest(id, 0)).toEqual(before);
	expect(before).toHaveLength(5);
});

test('one read returns about 1 MiB', async () => {
	const id = await scene.deploy();
	for (let index = 0; index < 30; index++) await scene.append(id, 'x'.repeat(100_000));
	const { items, more } = await sourceOf(id).after(0, 2_000);
	expect(more).toBe(true);
	expect(items.at(-1)?.end).toBeLessThan(1_100_000);
});

test('a deploy of another organization is empty', async () => {
	const id = await scene.deploy();
	await scene.append(id, 'secret');
	const source = deploySource(scene.store, 'org-2', id);
	expect([await source.head(), await source.after(0, 10)]).toEqual([0, { items: [], more: false }]);
});
