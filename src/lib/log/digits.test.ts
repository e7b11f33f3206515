import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as digits from './digits.ts';

test.each([
	['{"a":1.0}', { a: '1.0' }],
	['{"id":9223372036854775807}', { id: '9223372036854775807' }],
	['[0.0033208349999999998]', ['0.0033208349999999998']],
	['{"a":1e3,"b":[-0]}', { a: '1e3', b: ['-0'] }],
	['{"a":1.5,"b":-7,"c":"1.0","d":null}', { a: 1.5, b: -7, c: '1.0', d: null }]
])('numbers whose digits JavaScript would change become text: %s', (text, value) => {
	expect(digits.parse(text)).toEqual(value);
});

test('every number keeps the digits it was written with', () => {
	const number = fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/);
	fc.assert(
		fc.property(number, fc.constantFrom('', ' ', '\n\t'), (written, space) => {
			expect(String((digits.parse(`{"a":${space}${written}${space}}`) as { a: unknown }).a)).toBe(written);
		}),
		{ numRuns: 2_000 }
	);
});
