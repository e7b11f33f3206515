import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as occurrences from './occurrences.ts';

const plain = (text: string) => [{ text, style: '' }];
const found = (parts: occurrences.MarkedRun[]) => parts.filter((part) => part.found).map(({ text }) => text);

test('marks every occurrence, in upper and lower case', () => {
	expect(occurrences.mark(plain('Error: an error'), 'error')).toEqual([
		{ text: 'Error', style: '', found: true },
		{ text: ': an ', style: '', found: false },
		{ text: 'error', style: '', found: true }
	]);
});

test('an occurrence across colours is marked in each', () => {
	const runs = [
		{ text: 'mig', style: 'ansi-bold' },
		{ text: 'rated', style: '' }
	];
	expect(occurrences.mark(runs, 'igra')).toEqual([
		{ text: 'm', style: 'ansi-bold', found: false },
		{ text: 'ig', style: 'ansi-bold', found: true },
		{ text: 'ra', style: '', found: true },
		{ text: 'ted', style: '', found: false }
	]);
});

test('occurrences side by side are all marked', () => {
	expect(found(occurrences.mark(plain('ababx'), 'ab')).join('')).toBe('abab');
});

test.each([
	['nothing is sought', 'text', ''],
	['it is not there', 'text', 'x y'],
	['the text gets longer in lower case', 'İstanbul x', 'x']
])('nothing is marked when %s', (_, text, sought) => {
	expect(occurrences.mark(plain(text), sought)).toEqual([{ text, style: '', found: false }]);
});

test('no character is lost, added or moved', () => {
	const part = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '<') });
	fc.assert(
		fc.property(fc.array(part), part, (texts, sought) => {
			const runs = texts.map((text) => ({ text, style: '' }));
			const marked = occurrences.mark(runs, sought);
			expect(marked.map(({ text }) => text).join('')).toBe(texts.join(''));
			for (const { text, found } of marked) {
				if (found) expect(sought.length).toBeGreaterThan(0);
				else if (sought) expect(text.toLowerCase()).not.toContain(sought.toLowerCase());
			}
		})
	);
});

test('so many occurrences are marked, and no more', () => {
	const parts = occurrences.mark(plain('abab'.repeat(1_000)), 'a', 3);
	expect(parts.map(({ text, found }) => [text.slice(0, 3), found])).toEqual([
		['a', true],
		['b', false],
		['a', true],
		['b', false],
		['a', true],
		['bab', false]
	]);
	const usual = occurrences.mark(plain('word '.repeat(50_000)), ['word', 'o']);
	expect(usual.length).toBeLessThan(3_000);
});

test('a link stays one, whatever is found in it', () => {
	const link = { text: 'run 7', style: 'ansi-bold', href: 'https://example.com/run/7' };
	expect(occurrences.mark([link], 'run').map(({ href }) => href)).toEqual([link.href, link.href]);
});

test('several texts are found, also where they overlap', () => {
	const parts = occurrences.mark(plain('the payment timed out'), ['Payment', 'ment ti', 'out']);
	expect(found(parts)).toEqual(['payment ti', 'out']);
});
