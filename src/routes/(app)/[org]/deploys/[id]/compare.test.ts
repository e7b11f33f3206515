import { expect, test } from 'vitest';
import { firstDifference } from './compare.ts';

const log = (...lines: string[]) => lines.map((text) => ({ text }));

test('numbers, times, ids and colors make no difference', () => {
	const mine = log('built in 12 s', '2026-11-28T12:00:00Z pushed 4bf92f3577b34da6', '\x1b[32mok\x1b[0m');
	const theirs = log('built in 9 s', '2026-11-27T08:00:00Z pushed 00f067aa0ba902b7', 'ok');
	expect(firstDifference(mine, theirs, false)).toBeNull();
});

test('the first line that differs is given from both', () => {
	const difference = firstDifference(log('a', 'b', 'c'), log('a', 'x', 'c'), false);
	expect(difference).toEqual({ line: 2, mine: 'b', theirs: 'x' });
});

test('a log that ended early differs where it ends; one that still grows does not', () => {
	expect(firstDifference(log('a'), log('a', 'b'), false)).toEqual({ line: 2, mine: null, theirs: 'b' });
	expect(firstDifference(log('a'), log('a', 'b'), true)).toBeNull();
	expect(firstDifference(log('a', 'b'), log('a'), true)).toEqual({ line: 2, mine: 'b', theirs: null });
});
