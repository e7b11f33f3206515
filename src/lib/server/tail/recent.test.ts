import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

const cursorOf = (item: number) => item;
const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

function remembering(items: number[], bytesEach = 1, tip = 0): Recent<number> {
	const recent = new Recent<number>(tip);
	recent.push(items, cursorOf, () => bytesEach);
	return recent;
}

test('what came after a cursor is remembered, in order and at most as many as asked for', () => {
	const recent = remembering(numbered(10));
	expect(recent.after(7, 100)).toEqual([8, 9, 10]);
	expect(recent.after(0, 4)).toEqual([1, 2, 3, 4]);
	expect(recent.after(10, 100)).toEqual([]);
});

test('a cursor from before the tail began is not answered from memory', () => {
	expect(remembering([51, 52], 1, 50).after(49, 10)).toBeNull();
	expect(remembering([51, 52], 1, 50).after(50, 10)).toEqual([51, 52]);
});

test('a cursor within an item is not answered from memory', () => {
	expect(remembering([10, 20, 30]).after(15, 10)).toBeNull();
	expect(remembering([10, 20, 30]).after(5, 10)).toBeNull();
	expect(remembering([10, 20, 30]).after(20, 10)).toEqual([30]);
});

test('no more than 5,000 items are kept, the newest', () => {
	const recent = remembering(numbered(6_000));
	expect(recent.after(999, 1)).toBeNull();
	expect(recent.after(1_000, 1)).toEqual([1_001]);
	expect(recent.after(1_000, 10_000)).toHaveLength(5_000);
});

test('no more than a megabyte is kept', () => {
	const recent = remembering(numbered(100), 64 * 1024);
	expect(recent.after(83, 1)).toBeNull();
	expect(recent.after(84, 100)).toEqual(numbered(16, 85));
});

test('an item larger than all that may be kept is not kept, nor what was before it', () => {
	const recent = remembering(numbered(3));
	recent.push([4], cursorOf, () => 2 * 1024 * 1024);
	expect(recent.after(3, 1)).toBeNull();
	expect(recent.after(4, 1)).toEqual([]);
});

test('it never leaves out an item, also when the cursors have gaps', () => {
	fc.assert(
		fc.property(
			fc.array(fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300_000 })))),
			fc.nat(300),
			(batches, cursor) => {
				const recent = new Recent<[number, number]>(0);
				const all: [number, number][] = [];
				for (const steps of batches) {
					const items = steps.map(([step, bytes]): [number, number] => {
						const item: [number, number] = [(all.at(-1)?.[0] ?? 0) + step, bytes];
						all.push(item);
						return item;
					});
					recent.push(
						items,
						([at]) => at,
						([, bytes]) => bytes
					);
				}
				const remembered = recent.after(cursor, Infinity);
				if (remembered) expect(remembered).toEqual(all.filter(([at]) => at > cursor));
			}
		)
	);
});
