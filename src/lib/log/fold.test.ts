import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from './fold.ts';

test.each([
	['ΠΡΟΣ', 'ΠΡΟΣΒΑΣΗ ΑΠΟΡΡΙΦΘΗΚΕ'],
	['προς', 'ΠΡΟΣΒΑΣΗ'],
	['οδος', 'ΟΔΟΣΑ'],
	['ΟΔΟΣ', 'η οδός, η οδος'],
	['kelvin', '\u212aelvin']
])('%s is found in %s', (needle, text) => {
	expect(fold(text)).toContain(fold(needle));
});

test('a part of a text is found in it, whatever stands around it', () => {
	const letters = fc.string({ unit: fc.constantFrom(...'aAσςΣ.-é') });
	fc.assert(
		fc.property(letters, letters, letters, (before, text, after) => {
			expect(fold(before + text + after)).toBe(fold(before) + fold(text) + fold(after));
		})
	);
});
