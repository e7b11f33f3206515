import { describe, expect, test } from 'vitest';
import * as bytes from './bytes.ts';

const held = (text: string) => {
	const data = Buffer.from(text, 'latin1');
	return data.subarray(bytes.complete(data)).toString('latin1');
};

describe('complete', () => {
	test.each([
		['plain', ''],
		['', ''],
		['line\r\n', ''],
		['line\r', '\r'],
		['\x1b[31mred', ''],
		['red\x1b', '\x1b'],
		['red\x1b[', '\x1b['],
		['red\x1b[38;5;1', '\x1b[38;5;1'],
		['\x1b]8;;http://x', '\x1b]8;;http://x'],
		['\x1b]8;;http://x\x1b', '\x1b]8;;http://x\x1b'],
		['\x1b]8;;http://x\x1b\\', ''],
		['\x1b]0;title\x07', ''],
		['\x1b]0;title\nnext line', ''],
		['\x1b(', '\x1b('],
		['\x1b(B', ''],
		['\x1b\x1b\x1b', '\x1b'],
		['\r\r\r', '\r'],
		['a\xc3', '\xc3'],
		['a\xe2\x98', '\xe2\x98'],
		['a\xf0\x9f\x98', '\xf0\x9f\x98'],
		['a\xf0\x9f\x98\x80', ''],
		['a\x80\x80', ''],
		['a\xff', '']
	])('of %j holds back %j', (text, expected) => expect(held(text)).toBe(expected));

	test('waits for no escape sequence that is longer than any', async () => {
		expect(held(`\x1b]${'x'.repeat(5_000)}`)).toBe('');
	});
});

test('head cuts between two characters', async () => {
	const data = Buffer.from('ab☃');
	expect([2, 3, 4, 5].map((most) => bytes.decode(bytes.head(data, most)))).toEqual(['ab', 'ab', 'ab', 'ab☃']);
});

test('the start of a line is found, also right after the last byte', async () => {
	const data = Buffer.from('a\nbc\n');
	expect([0, 1, 2, 3].map((nth) => bytes.lineStart(data, nth))).toEqual([0, 2, 5, null]);
});
