import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { reach, Terminal } from '../../log/terminal.ts';
import { search } from './search.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const esc = '\x1b[';

/** The rows of a terminal that sees all of a log: number and text. */
function seen(log: string): [number, string][] {
	const terminal = new Terminal<number>();
	log.split(/(?<=\n)/).forEach((line, index) => terminal.write(line, index + 1));
	return terminal.rows().map(({ tag, text }) => [tag, text]);
}

async function stored(log: string, size = 50_000): Promise<string> {
	const id = await scene.deploy();
	for (let at = 0; at < log.length; at += size) await scene.append(id, log.slice(at, at + size));
	return id;
}

const pairs = (rows: { line: number; text: string }[]) => rows.map(({ line, text }) => [line, text]);
const plain = (from: number, count: number) =>
	Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join('');

/** Three rows, drawn `times` times one over the other. */
function redraws(times: number): string {
	const frame = (at: number) => [1, 2, 3].map((row) => `${esc}2Klayer ${row}: ${at}\n`).join('');
	return frame(0) + Array.from({ length: times }, (_, at) => `${esc}3A${frame(at + 1)}`).join('');
}

describe('a redraw of 902 lines', () => {
	const log = `${plain(1, 20)}${redraws(300)}done\n`;
	let id = '';
	beforeAll(async () => void (id = await stored(log)));
	const last = [...Array.from({ length: 20 }, (_, index) => [index + 1, `line ${index + 1}`])];
	last.push([21, 'layer 1: 300'], [22, 'layer 2: 300'], [23, 'layer 3: 300'], [924, 'done']);

	test('is three rows in their final state, with the numbers of the lines that made them', async () => {
		const { rows, screen } = await scene.rows.tail(org, id, 500);
		expect(pairs(rows)).toEqual(last);
		expect(screen).toMatchObject({ up: 0, column: 0, hidden: [null] });
	});

	test('is the same wherever a reader begins: a line within it leads to its rows', async () => {
		const { rows, end } = await scene.rows.read(org, id, 400, 500);
		expect(pairs(rows).slice(-4)).toEqual(last.slice(-4));
		expect(end).toBe(true);
		expect(pairs((await scene.rows.read(org, id, 1, 21)).rows)).toEqual(last.slice(0, 21));
	});

	test('is found as it is shown: not what was written over', async () => {
		const { matches } = await search(scene.readers, org, id, { text: 'layer 2' });
		expect(matches.map(({ line, text }) => [line, text])).toEqual([[22, 'layer 2: 300']]);
		expect((await search(scene.readers, org, id, { text: ': 123' })).matches).toEqual([]);
		expect(
			(await search(scene.readers, org, id, { text: 'line 2', after: 2, limit: 1 })).matches
		).toMatchObject([{ line: 20 }]);
	});
});

test('a colour lasts over lines, for a thousand of them, and looks the same from the middle', async () => {
	const log = `${plain(1, 2_000)}${esc}1;31m${plain(2_001, 2_000)}`;
	const id = await stored(log);
	const textOf = async (line: number) => (await scene.rows.read(org, id, line, line)).rows[0]?.text;
	expect(await textOf(2_000)).toBe('line 2000');
	expect(await textOf(2_900)).toBe(`${esc}0;1;31mline 2900`);
	expect(await textOf(3_000)).toBe(`${esc}0;1;31mline 3000`);
	expect(await textOf(3_001)).toBe('line 3001');
	expect(pairs((await scene.rows.tail(org, id, 3_000)).rows)).toEqual(seen(log).slice(-3_000));
});

test('a text is found across colours, and a failure by its words', async () => {
	const id = await stored(
		`${plain(1, 300)}con${esc}31mnect${esc}0mion refused\nError: ${esc}1mno\b\b${esc}KWhy\n`
	);
	expect((await search(scene.readers, org, id, { text: 'Connection refused' })).matches).toMatchObject([
		{ line: 301 }
	]);
	expect((await search(scene.readers, org, id, { text: null })).matches).toMatchObject([
		{ line: 302, text: 'Error: Why' }
	]);
	const simple = await stored(`${plain(1, 300)}0 errors\nfatal: no such thing\n`);
	expect((await search(scene.readers, org, simple, { text: null, limit: 1 })).matches).toMatchObject([
		{ line: 302 }
	]);
});

test('however a log is drawn, a reader in the middle sees what one from the start sees', async () => {
	const part = fc.oneof(
		fc.record({ kind: fc.constant('plain'), size: fc.integer({ min: 1, max: 700 }) }),
		fc.record({ kind: fc.constant('redraw'), size: fc.integer({ min: 1, max: 60 }) }),
		fc.record({ kind: fc.constant('colour'), size: fc.integer({ min: 30, max: 37 }) }),
		fc.record({ kind: fc.constant('up'), size: fc.integer({ min: 1, max: reach + 20 }) }),
		fc.record({ kind: fc.constant('erase'), size: fc.integer({ min: 1, max: 9 }) })
	);
	const textOf = ({ kind, size }: { kind: string; size: number }, at: number) => {
		if (kind === 'plain') return plain(at * 1_000, size);
		if (kind === 'redraw') return redraws(size);
		if (kind === 'colour') return `${esc}${size}m`;
		return kind === 'up' ? `${esc}${size}Aup` : `${`${esc}2K${esc}1A`.repeat(size)}${esc}Gerased\n`;
	};
	const logs = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.map(textOf).join(''));
	await fc.assert(
		fc.asyncProperty(logs, fc.nat(), fc.integer({ min: 300, max: 9_000 }), async (log, place, size) => {
			const id = await stored(log, size);
			const all = seen(log);
			const lines = log.split('\n').length - (log.endsWith('\n') ? 1 : 0);
			const first = 1 + (place % Math.max(1, lines));
			const { rows } = await scene.rows.read(org, id, first, first + 99);
			const numbers = new Set(rows.map(({ line }) => line));
			expect(pairs(rows)).toEqual(all.filter(([line]) => numbers.has(line)));
			for (const [line] of all) if (line >= first && line < first + 99) expect(numbers).toContain(line);
			const tail = pairs((await scene.rows.tail(org, id, 200)).rows);
			expect(tail).toEqual(all.slice(-tail.length));
			expect(tail.length).toBeGreaterThan(Math.min(all.length, 100) - 1);
		}),
		{ numRuns: 100 }
	);
});
