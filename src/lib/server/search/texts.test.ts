import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../log/fold.ts';
import { columnOf } from './texts.ts';

/** Few letters, so that a needle is often found, and often nearly. */
const text = fc.string({
	unit: fc.constantFrom('a', 'B', 'q', ' ', 'é', 'K', '7', 'Σ', 'ς', 'σ'),
	maxLength: 12
});
const ascii = fc.string({ unit: fc.constantFrom('a', 'A', 'q', 'Q', ' ', 'z'), maxLength: 12 });
const needle = fc.string({
	unit: fc.constantFrom('a', 'q', ' ', 'z', 'b', 'é', 'σ'),
	minLength: 1,
	maxLength: 4
});

function column(texts: readonly string[]) {
	let end = 0;
	return columnOf(
		Buffer.from(texts.join('')),
		Uint32Array.from(texts, (text) => (end += text.length))
	);
}

test.each([
	{ what: 'ASCII', texts: fc.array(ascii, { maxLength: 12 }) },
	{ what: 'any Unicode', texts: fc.array(text, { maxLength: 12 }) }
])('in $what, a needle is found in each text that has it in any case, and in no other', ({ texts }) => {
	fc.assert(
		fc.property(texts, needle, (texts, needle) => {
			const having = texts.flatMap((text, index) => (fold(text).includes(needle) ? [index] : []));
			const found = column(texts).having(needle);
			if (found !== null) expect(found).toEqual(having);
		}),
		{ numRuns: 5_000 }
	);
});

test('what reaches from one text into the next is not found', () => {
	expect(column(['ab', 'cd', 'abcd']).having('bc')).toEqual([2]);
});
