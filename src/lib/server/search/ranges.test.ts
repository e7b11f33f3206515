import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ranges, type Range } from './ranges.ts';

const range = fc.tuple(fc.nat(60), fc.nat(8)).map(([first, more]): Range => [first, first + more]);

test('ranges hold exactly the numbers that were added, and none touches another', () => {
	fc.assert(
		fc.property(fc.array(range), range, (added, asked) => {
			const ranges = new Ranges();
			const numbers = new Set<number>();
			for (const [first, last] of added) {
				ranges.add([first, last]);
				for (let seq = first; seq <= last; seq++) numbers.add(seq);
			}
			for (let seq = 0; seq < 80; seq++) expect(ranges.has(seq)).toBe(numbers.has(seq));
			const [first, last] = asked;
			const inside = [...numbers].filter((seq) => seq >= first && seq <= last);
			expect(ranges.countIn(asked)).toBe(inside.length);
			const { all } = ranges;
			for (let at = 1; at < all.length; at++) expect(all[at]![0]).toBeGreaterThan(all[at - 1]![1] + 1);
		})
	);
});
