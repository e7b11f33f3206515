import { expect, test } from 'vitest';
import * as duration from './duration.ts';

test.each([
	[-5, '0:00'],
	[48_999, '0:48'],
	[107_000, '1:47'],
	[3_599_999, '59:59'],
	[3_966_000, '1:06:06'],
	[90_000_000, '25:00:00']
])('%i ms on a clock are %s', (ms, text) => {
	expect(duration.clock(ms)).toBe(text);
});

test.each([
	[0, '0 ms'],
	[800, '0.8 s'],
	[48_000, '48 s'],
	[60_000, '1 min'],
	[112_000, '1 min 52 s'],
	[3_600_000, '1 h'],
	[93_780_000, '1 d 2 h']
])('%i ms in words are %s', (ms, text) => {
	expect(duration.words(ms)).toBe(text);
});

test.each([
	[-5, '0 ms'],
	[40, '40 ms'],
	[850, '0.8 s'],
	[9_960, '9.9 s'],
	[10_000, '0:10'],
	[107_000, '1:47']
])('what took %i ms took %s', (ms, text) => {
	expect(duration.took(ms)).toBe(text);
});

test.each([
	[-1000, 'just now'],
	[59_000, 'just now'],
	[60_000, '1 min ago'],
	[7_200_000, '2 h ago'],
	[172_800_000, '2 d ago']
])('%i ms back is %s', (ms, text) => {
	expect(duration.ago(ms)).toBe(text);
});

test.each([
	[4, '4 ms'],
	[12_400, '12 s'],
	[101_516_000, '28 h'],
	[2_351_949_000, '27 d']
])('%i ms in one unit are %s', (ms, text) => {
	expect(duration.rough(ms)).toBe(text);
});
