import { expect, test } from 'vitest';
import { clock, given, marksOf, merged, within } from './times.ts';

const part = (firstLine: number, flushedAt: number, midLine = false, times: string | null = null) => ({
	firstLine,
	flushedAt,
	midLine,
	times
});

test('a merged chunk knows when each of its lines began', async () => {
	// a\n | b | b\n | c\nd | d\ne\n: line 2 began in the second part, line 4 in the fourth, line 5 in the fifth.
	const parts = [part(1, 100), part(2, 200), part(2, 300, true), part(3, 400), part(4, 350, true)];
	const chunk = { firstLine: 1, flushedAt: 100, times: merged(parts) };
	expect([1, 2, 3, 4, 5].map(clock(marksOf(chunk)))).toEqual([100, 200, 400, 400, 350]);
});

test('merging what has been merged keeps every time', async () => {
	const first = { firstLine: 1, flushedAt: 10, times: merged([part(1, 10), part(2, 20), part(3, 30)]) };
	const second = { firstLine: 4, flushedAt: 40, times: merged([part(4, 40, true), part(5, 50)]) };
	const both = merged([
		{ ...first, midLine: false },
		{ ...second, midLine: true }
	]);
	const lines = [1, 2, 3, 4, 5, 6];
	// Line 4 began at the end of the first part, without a mark: it is as old as the line before.
	expect(lines.map(clock(marksOf({ ...first, times: both })))).toEqual([10, 20, 30, 30, 50, 50]);
});

test('parts of one time need no marks', async () => {
	expect(merged([part(1, 7), part(2, 7), part(3, 7)])).toBeNull();
	expect(marksOf(part(1, 7))).toEqual([{ line: 1, time: 7 }]);
});

test('the times that a sender gives to bytes become those of the lines that begin there', async () => {
	const data = Buffer.from('one\ntwo\nthree\nfour');
	const times = given(data, 7, [
		{ at: 0, time: 10 },
		{ at: 4, time: 20 },
		{ at: 6, time: 30 }, // within line 8: line 9 is the first that begins after it
		{ at: 14, time: 40 }
	]);
	expect([7, 8, 9, 10].map(clock(marksOf({ firstLine: 7, ...times })))).toEqual([10, 20, 30, 40]);
});

test('a part of the bytes keeps the times of its lines', async () => {
	const marks = within(
		[
			{ at: 0, time: 10 },
			{ at: 4, time: 20 },
			{ at: 8, time: 30 }
		],
		6,
		100
	);
	expect(marks).toEqual([
		{ at: 0, time: 20 },
		{ at: 2, time: 30 }
	]);
});
