import { expect, test } from 'vitest';
import * as lineRange from './line-range.ts';

test.each([
	['#L120', { first: 120, last: 120 }],
	['#L120-L140', { first: 120, last: 140 }],
	['#L120-140', { first: 120, last: 140 }],
	['#L140-L120', { first: 120, last: 140 }]
])('%s names lines', (hash, range) => {
	expect(lineRange.parse(hash)).toEqual(range);
});

test.each(['', '#', '#L', '#L0', '#L1-L0', '#L-5', '#Lx', '#L1.5', '#L9999999999999999', '#top'])(
	'%j names no line',
	(hash) => {
		expect(lineRange.parse(hash)).toBeNull();
	}
);

test('what is written is read back', () => {
	for (const hash of ['#L7', '#L7-L9']) {
		const range = lineRange.parse(hash);
		expect(range && lineRange.format(range)).toBe(hash);
	}
});

test('contains its first and its last line', () => {
	const range = lineRange.between(9, 7);
	expect([6, 7, 9, 10].map((line) => lineRange.contains(range, line))).toEqual([false, true, true, false]);
	expect(lineRange.contains(null, 7)).toBe(false);
});
