import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ansi from './ansi.ts';
import * as lines from './deploy-lines.ts';

const esc = '\x1b[';
const time = '2026-11-20T14:02:00.000Z';

/** The rows after these texts came one after the other, each as a piece. */
function rowsOf(...texts: string[]): readonly lines.Row[] {
	let rows: readonly lines.Row[] = [];
	let [offset, line] = [0, 1];
	for (const text of texts) {
		rows = lines.append(rows, { offset, line, time, text });
		offset += text.length;
		line += text.split('\n').length - 1;
	}
	return rows;
}

const shown = (rows: readonly lines.Row[]) => rows.map(lines.plain);

describe('append', () => {
	test('a piece of whole lines becomes a row for each', () => {
		expect(rowsOf('one\ntwo\n')).toEqual([
			{ line: 1, time, text: 'one' },
			{ line: 2, time, text: 'two' }
		]);
	});

	test('a line that a piece leaves open goes on with the next, in the same row', () => {
		expect(shown(rowsOf('one\ntw', 'o\nthr', 'e', 'e'))).toEqual(['one', 'two', 'three']);
	});

	test('a line keeps the time at which it began', () => {
		const begun = lines.append([], { offset: 0, line: 1, time, text: 'one' });
		const later = { offset: 3, line: 1, time: '2026-11-20T14:03:00.000Z', text: ' more\n' };
		expect(lines.append(begun, later)).toEqual([{ line: 1, time, text: 'one more' }]);
	});

	test('the page’s last line goes on with the first piece of the stream', () => {
		const page = [{ line: 41, time, text: 'waiting for' }];
		const rows = lines.append(page, { offset: 900, line: 41, time, text: ' web-3\nhealthy\n' });
		expect(rows.map(({ line, text }) => [line, text])).toEqual([
			[41, 'waiting for web-3'],
			[42, 'healthy']
		]);
	});

	test('empty lines are rows too', () => {
		expect(shown(rowsOf('\n', '\n\na\n'))).toEqual(['', '', '', 'a']);
	});

	test('\\r\\n ends a line, even when it comes in two pieces', () => {
		expect(rowsOf('one\r\ntwo\r', '\nthree\r\n').map(({ text }) => text)).toEqual(['one', 'two', 'three']);
	});

	test('a colour that comes in two pieces colours the line', () => {
		const [row] = rowsOf(`${esc}3`, '2mok\n');
		expect(ansi.pieces(row?.text ?? '')).toEqual([{ text: 'ok', style: 'ansi-green-fg' }]);
	});

	test('however a log is cut into pieces, the rows are the same', () => {
		const log = `a\r\n${esc}31mb${esc}0m\n10%\r50%\r100%\n\n<b>\nzürich 🌊\r\nopen`;
		fc.assert(
			fc.property(fc.array(fc.nat(log.length)), (cuts) => {
				const places = [...new Set([0, ...cuts, log.length])].sort((a, b) => a - b);
				const texts = places.slice(1).map((end, at) => log.slice(places[at], end));
				expect(rowsOf(...texts)).toEqual(rowsOf(log));
			})
		);
	});

	test('the newest 500 rows are kept, also of one piece with more', () => {
		const many = Array.from({ length: 1200 }, (_, i) => `line ${i + 1}\n`).join('');
		const rows = rowsOf('before\n', many);
		expect(rows).toHaveLength(500);
		expect(rows[0]).toEqual({ line: 702, time, text: 'line 701' });
		expect(rows.at(-1)).toEqual({ line: 1201, time, text: 'line 1200' });
	});

	test('of a line of 5 MB the beginning is kept, and it says so', () => {
		const rows = rowsOf(...Array<string>(320).fill('x'.repeat(16_384)), '\nnext\n');
		expect(rows.map(({ cut, text }) => [cut ?? false, text.length])).toEqual([
			[true, 16_384],
			[false, 4]
		]);
	});

	test('of 5 MB of progress in one line its last state is kept, whole', () => {
		const states = Array.from({ length: 500 }, (_, i) => `\r${'█'.repeat(40)} ${i} of 500`).join('');
		const rows = rowsOf('pulling', ...Array<string>(200).fill(states), '\n');
		expect(shown(rows)).toEqual([`${'█'.repeat(40)} 499 of 500`]);
		expect(rows[0]?.cut).toBeUndefined();
	});

	test('a cut line that is written over is whole again', () => {
		const rows = rowsOf('x'.repeat(40_000), 'y', '\rshort', ' and good\n');
		expect(rows).toEqual([{ line: 1, time, text: 'short and good' }]);
	});
});

describe('what of a line written over is shown', () => {
	test.each([
		['its last state', '10%\r50%\r100%', '100%'],
		['the state before a \\r that nothing follows', '10%\r50%\r', '50%'],
		['nothing of an erased line, but what follows', `10%\r${esc}Kdone`, 'done'],
		['the state before one that only erases', `10%\r${esc}2K`, '10%'],
		['nothing of nothing', '\r\r', '']
	])('%s', (_, text, expected) => {
		expect(ansi.strip(lines.lastState(text))).toBe(expected);
	});

	test('in the colours set before it', () => {
		expect(lines.lastState(`${esc}1m${esc}0m${esc}32m10%\r100%`)).toBe(`${esc}32m100%`);
	});
});

describe('the way to the tip', () => {
	const tip = rowsOf(...Array.from({ length: 500 }, (_, i) => `${i + 1}\n`));

	test('takes a hundred new rows a frame, and what changed of those shown', () => {
		const begun = [{ line: 1, time, text: 'open' }];
		const next = lines.approach(begun, tip);
		expect([next.length, next[0]?.text]).toEqual([101, '1']);
	});

	test('ends at the tip, from wherever it begins', () => {
		for (const from of [[], tip.slice(0, 450), tip]) {
			let rows: readonly lines.Row[] = from;
			for (let frame = 0; frame < 5; frame++) rows = lines.approach(rows, tip);
			expect(rows).toEqual(tip);
		}
	});
});

describe('the number of the last line of a piece', () => {
	test.each([
		['one', 7],
		['one\n', 7],
		['one\ntwo', 8],
		['\n\n\n', 9]
	])('%j from line 7 on', (text, last) => {
		expect(lines.lastLine({ offset: 0, line: 7, time, text })).toBe(last);
	});

	test('a line that goes on is not new', () => {
		expect(lines.countNew({ offset: 0, line: 7, time, text: 'more\nnew\n' }, 7)).toBe(1);
	});
});

describe('going through earlier lines', () => {
	const rows = (first: number, last: number): lines.Row[] =>
		Array.from({ length: last - first + 1 }, (_, i) => ({ line: first + i, time: null, text: '' }));
	const bounds = (all: readonly lines.Row[]) => [all[0]?.line, all.at(-1)?.line];

	test('over the limit the far end is dropped', () => {
		expect(bounds(lines.prepend(rows(501, 2500), rows(1, 500)))).toEqual([1, 2000]);
		expect(bounds(lines.extendBelow(rows(1, 2000), rows(2001, 2500)))).toEqual([501, 2500]);
	});

	test('no line is shown twice', () => {
		expect(bounds(lines.extendBelow(rows(1, 10), rows(8, 12)))).toEqual([1, 12]);
		expect(lines.extendBelow(rows(1, 10), rows(8, 12))).toHaveLength(12);
	});
});
