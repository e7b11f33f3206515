import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ansi from './ansi.ts';
import * as screen from './deploy-screen.ts';

const esc = '\x1b[';
const time = '2026-11-20T14:02:00.000Z';

/** The screen after these texts arrived one after another, each as a chunk. */
function screenOf(...texts: string[]): screen.DeployScreen {
	const terminal = new screen.DeployScreen();
	let [offset, line] = [0, 1];
	for (const text of texts) {
		terminal.append({ offset, line, time, text });
		offset += text.length;
		line += text.split('\n').length - 1;
	}
	return terminal;
}

const rowsOf = (...texts: string[]): screen.Row[] => screenOf(...texts).rows();
const shown = (rows: readonly screen.Row[]) => rows.map(screen.plain);

describe('what the stream brings', () => {
	test('as whole lines becomes a row for each', () => {
		expect(rowsOf('one\ntwo\n')).toEqual([
			{ line: 1, time, text: 'one', cut: false },
			{ line: 2, time, text: 'two', cut: false }
		]);
	});

	test('as part of a line goes on with the next part, in the same row', () => {
		expect(shown(rowsOf('one\ntw', 'o\nthr', 'e', 'e'))).toEqual(['one', 'two', 'three']);
	});

	test('keeps for each row the time at which it began', () => {
		const terminal = screenOf('one');
		terminal.append({ offset: 3, line: 1, time: '2026-11-20T14:03:00.000Z', text: ' more\n' });
		expect(terminal.rows()).toEqual([{ line: 1, time, text: 'one more', cut: false }]);
	});

	test('goes on with the last row of the page', () => {
		const row = { line: 41, time, text: 'waiting for', cut: false };
		const tip = { hidden: [], up: 0, column: 11, pen: [], pending: '' };
		const terminal = new screen.DeployScreen([row], tip);
		terminal.append({ offset: 900, line: 41, time, text: ' web-3\nhealthy\n' });
		expect(terminal.rows().map(({ line, text }) => [line, text])).toEqual([
			[41, 'waiting for web-3'],
			[42, 'healthy']
		]);
	});

	test('has rows for empty lines too, and ends lines with \\r\\n, even in two chunks', () => {
		expect(shown(rowsOf('\n', '\n\na\n'))).toEqual(['', '', '', 'a']);
		expect(shown(rowsOf('one\r\ntwo\r', '\nthree\r\n'))).toEqual(['one', 'two', 'three']);
	});

	test('colours a line also when the colour comes in two chunks', () => {
		const [row] = rowsOf(`${esc}3`, '2mok\n');
		expect(ansi.runs(row?.text ?? '')).toEqual([{ text: 'ok', style: 'ansi-green-fg' }]);
	});

	test('makes the same rows however it is cut into chunks', () => {
		const log = `a\r\n${esc}31mb\nc${esc}0m\n10%\r50%\r100%\n\n1\n2\n${esc}2A${esc}2Kone\n${esc}B\nzürich 🌊\r\nopen`;
		fc.assert(
			fc.property(fc.array(fc.nat(log.length)), (cuts) => {
				const places = [...new Set([0, ...cuts, log.length])].sort((a, b) => a - b);
				const texts = places.slice(1).map((end, at) => log.slice(places[at], end));
				expect(rowsOf(...texts)).toEqual(rowsOf(log));
			})
		);
	});

	test('is kept as the newest 500 rows, also of one chunk with more', () => {
		const many = Array.from({ length: 1200 }, (_, i) => `line ${i + 1}\n`).join('');
		const rows = rowsOf('before\n', many);
		expect(rows).toHaveLength(500);
		expect(rows[0]).toMatchObject({ line: 702, text: 'line 701' });
		expect(rows.at(-1)).toMatchObject({ line: 1201, text: 'line 1200' });
	});

	test('of a line of 5 MB is its beginning, and says so', () => {
		const rows = rowsOf(...Array<string>(5).fill('x'.repeat(1024 * 1024)), '\nnext\n');
		expect(rows[0]?.text.length).toBe(16 * 1024);
		expect(rows.map(({ cut }) => cut)).toEqual([true, false]);
	});

	test('of 5 MB of progress in one line is its last state', () => {
		const states = Array.from({ length: 500 }, (_, i) => `\r${'█'.repeat(40)} ${i} of 500`).join('');
		expect(shown(rowsOf('pulling', ...Array<string>(200).fill(states), '\n'))).toEqual([
			`${'█'.repeat(40)} 499 of 500`
		]);
	});

	test('leaves rows that do not change as they are', () => {
		const terminal = screenOf('one\ntwo\n');
		const before = terminal.rows();
		terminal.append({ offset: 8, line: 3, time, text: `${esc}1A${esc}2KTWO\nthree` });
		const after = terminal.rows();
		expect(after[0]).toBe(before[0]);
		expect(after.map(({ line, text }) => [line, text])).toEqual([
			[1, 'one'],
			[2, 'TWO'],
			[4, 'three']
		]);
	});
});

test('a page that goes on from any place shows what one shows that saw all', () => {
	const parts = fc.constantFrom(
		'a',
		'bc\n',
		`${esc}31m`,
		`${esc}2A`,
		`${esc}1B`,
		'\r',
		`${esc}2K`,
		`${esc}J`,
		'\b',
		'z\r\n'
	);
	fc.assert(
		fc.property(fc.array(parts, { maxLength: 40 }), fc.nat(40), (texts, at) => {
			const whole = screenOf(...texts);
			const before = screenOf(...texts.slice(0, at));
			const rest = new screen.DeployScreen(before.rows(), before.tip());
			let line = 1 + texts.slice(0, at).join('').split('\n').length - 1;
			for (const text of texts.slice(at)) {
				rest.append({ offset: 0, line, time, text });
				line += text.split('\n').length - 1;
			}
			expect(rest.rows()).toEqual(whole.rows());
		})
	);
});

describe('the way to the tip', () => {
	const tip = rowsOf(...Array.from({ length: 500 }, (_, i) => `${i + 1}\n`));

	test('takes a hundred new rows a frame, and what changed of those shown', () => {
		const begun = [{ line: 1, time, text: 'open', cut: false }];
		const next = screen.approach(begun, tip);
		expect([next.length, next[0]?.text]).toEqual([101, '1']);
	});

	test('ends at the tip, from wherever it begins', () => {
		for (const from of [[], tip.slice(0, 450), tip]) {
			let rows: readonly screen.Row[] = from;
			for (let frame = 0; frame < 5; frame++) rows = screen.approach(rows, tip);
			expect(rows).toEqual(tip);
		}
	});
});

describe('the number of the last line of a chunk', () => {
	test.each([
		['one', 7],
		['one\n', 7],
		['one\ntwo', 8],
		['\n\n\n', 9]
	])('%j from line 7 on', (text, last) => {
		expect(screen.lastLine({ offset: 0, line: 7, time, text })).toBe(last);
	});

	test('a line that goes on is not new', () => {
		expect(screen.countNew({ offset: 0, line: 7, time, text: 'more\nnew\n' }, 7)).toBe(1);
	});
});

describe('going through earlier lines', () => {
	const rows = (first: number, last: number): screen.Row[] =>
		Array.from({ length: last - first + 1 }, (_, i) => ({
			line: first + i,
			time: null,
			text: '',
			cut: false
		}));
	const bounds = (all: readonly screen.Row[]) => [all[0]?.line, all.at(-1)?.line];

	test('over the limit the far end is dropped', () => {
		expect(bounds(screen.prepend(rows(501, 2500), rows(1, 500)))).toEqual([1, 2000]);
		expect(bounds(screen.extendBelow(rows(1, 2000), rows(2001, 2500)))).toEqual([501, 2500]);
	});

	test('no line is shown twice', () => {
		expect(bounds(screen.extendBelow(rows(1, 10), rows(8, 12)))).toEqual([1, 12]);
		expect(screen.extendBelow(rows(1, 10), rows(8, 12))).toHaveLength(12);
		expect(screen.prepend(rows(8, 12), rows(1, 10))).toHaveLength(12);
	});

	test('a line that only wrote over others is to be found in the last row before it', () => {
		expect(screen.rowOf([...rows(1, 3), ...rows(903, 904)], 400)?.line).toBe(3);
	});
});
