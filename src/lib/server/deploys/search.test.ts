import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { fold } from '../../log/fold.ts';
import { search, type SearchQuery } from './search.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const find = (id: string, wanted: SearchQuery) => search(scene.readers, org, id, wanted);
const letters = ['a', 'B', 'b', 'É', 'é', '☃', ' ', 'Σ', 'σ', 'ς', 'k', '\u212a'];
const texts = fc.array(fc.string({ unit: fc.constantFrom(...letters, '\n'), maxLength: 10 }), {
	maxLength: 30
});
const needles = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 3 });

test('finds the lines that contain a text, wherever chunks begin', async () => {
	await fc.assert(
		fc.asyncProperty(
			texts,
			needles,
			fc.nat(10),
			fc.integer({ min: 1, max: 5 }),
			async (parts, text, after, limit) => {
				const id = await scene.deploy();
				for (const part of parts) await scene.append(id, part);
				const lines = parts.join('').split('\n');
				const all = lines
					.map((line, index) => ({
						text: line,
						line: index + 1,
						offset: Buffer.byteLength(
							lines
								.slice(0, index)
								.map((before) => `${before}\n`)
								.join('')
						)
					}))
					.filter((line) => line.line > after && fold(line.text).includes(fold(text)));
				expect(await find(id, { text, after, limit })).toEqual({
					matches: all.slice(0, limit),
					more: all.length > limit
				});
			}
		),
		{ numRuns: 300 }
	);
});

test.each(['', 'done\r\n', '\u001b[32mgreen\u001b[0m\n'])(
	'a text behind what a row holds is found, also after %j',
	async (first) => {
		const id = await scene.deploy();
		await scene.append(id, `${first}${'a'.repeat(20_000)}NEEDLE\nneedle\n${'b'.repeat(40_000)}\n`);
		const { matches } = await find(id, { text: 'needle' });
		const lines = first === '' ? [1, 2] : [2, 3];
		expect(matches.map(({ line }) => line)).toEqual(lines);
		expect(matches[0]?.text).toContain('aNEEDLE');
		expect((await find(id, { text: 'missing' })).matches).toEqual([]);
	}
);

describe('a line of 5 MB', () => {
	let id = '';
	beforeAll(async () => {
		id = await scene.deploy();
		await scene.append(id, 'first\nlong: ');
		for (let index = 0; index < 50; index++) await scene.append(id, `${'☃'.repeat(34_000)}nee`);
		await scene.append(id, 'dle and the rest\nneedle on a line of its own\n');
	});

	test('is found once, with what is around the match', async () => {
		const { matches } = await find(id, { text: 'Needle' });
		expect(matches).toMatchObject([
			{ line: 2, offset: 6 },
			{ line: 3, text: 'needle on a line of its own' }
		]);
		expect(matches[0]?.text).toMatch(/^☃+needle and the rest$/);
	});

	test('is found by a text that it has many times, once', async () => {
		expect((await find(id, { text: '☃nee☃' })).matches).toMatchObject([{ line: 2 }]);
		expect((await find(id, { text: 'nee' })).matches.map(({ line }) => line)).toEqual([2, 3]);
	});
});

test('bytes that are not UTF-8 come in no way', async () => {
	const id = await scene.deploy();
	await scene.append(id, Uint8Array.of(0xff, 0xc3, 0x0a, 0x41, 0xe2, 0x0a));
	expect((await find(id, { text: 'a' })).matches).toEqual([{ line: 2, offset: 3, text: 'A\ufffd' }]);
	expect((await find(id, { text: 'é' })).matches).toEqual([]);
});

test('others are served while a long log is searched', async () => {
	const id = await scene.deploy();
	const line = `${'the quick brown fox '.repeat(5)}\n`;
	for (let index = 0; index < 20; index++) await scene.append(id, line.repeat(10_000));
	let served = 0;
	const serve = () => {
		served++;
		turn = setImmediate(serve);
	};
	let turn = setImmediate(serve);
	expect(await find(id, { text: 'nothing like that' })).toEqual({ matches: [], more: false });
	clearImmediate(turn);
	expect(served).toBeGreaterThan(2);
});
