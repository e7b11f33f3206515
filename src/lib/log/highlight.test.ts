import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as chips from './chips.ts';

describe('highlight', () => {
	it.each([
		[
			'level:>=warn -(a OR "b c") /d/i',
			[
				['field', 'level'],
				['operator', ':>='],
				['word', 'warn'],
				['space', ' '],
				['operator', '-'],
				['paren', '('],
				['word', 'a'],
				['space', ' '],
				['operator', 'OR'],
				['space', ' '],
				['phrase', '"b c"'],
				['paren', ')'],
				['space', ' '],
				['regex', '/d/i']
			]
		],
		[
			'level:foo a',
			[
				['field', 'level'],
				['operator', ':'],
				['error', 'foo'],
				['space', ' '],
				['word', 'a']
			]
		],
		[
			'a "b c',
			[
				['word', 'a'],
				['space', ' '],
				['error', '"b c']
			]
		]
	])('cuts %s into coloured pieces', (text, expected) => {
		expect(chips.highlight(text).map(({ kind, text }) => [kind, text])).toEqual(expected);
	});

	it('loses no character of any text', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
				const joined = chips.highlight(text).map((piece) => piece.text);
				expect(joined.join('')).toBe(text);
			})
		);
	});
});
