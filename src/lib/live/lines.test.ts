import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../log/entry.ts';
import * as lines from './lines.ts';

const entry = (seq: number): Entry => ({
	seq,
	time: '2026-11-20T14:03:12.125Z',
	received_at: '2026-11-20T14:03:12.129Z',
	level: 'info',
	severity: 9,
	service: 'web',
	host: null,
	message: `line ${seq}`,
	attributes: {},
	trace_id: null,
	span_id: null
});

const entries = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, at) => entry(from + at));
const numbers = (rows: readonly lines.Row[]) =>
	rows.map((row) => (lines.isSkipped(row) ? `${row.from}–${row.to}` : row.seq));

describe('hold', () => {
	test('keeps what fits', () => {
		expect(numbers(lines.hold(entries(1, 2), entries(3, 4), 4))).toEqual([1, 2, 3, 4]);
	});

	test('over the limit the oldest become one gap at the front', () => {
		const held = lines.hold(entries(1, 4), entries(5, 6), 4);
		expect(numbers(held)).toEqual(['1–3', 4, 5, 6]);
		expect(held[0]).toMatchObject({ count: 3 });
	});

	test('a gap grows, and takes gaps of the server into itself', () => {
		const held = lines.hold([lines.skipped(10, 1, 20), entry(21)], [lines.skipped(5, 22, 30), entry(31)], 2);
		expect(held).toEqual([lines.skipped(16, 1, 30), entry(31)]);
	});

	test('however lines come, the count is true, the limit holds and the order is kept', () => {
		fc.assert(
			fc.property(fc.array(fc.nat({ max: 30 })), fc.integer({ min: 2, max: 10 }), (batches, limit) => {
				let held: lines.Row[] = [];
				let last = 0;
				for (const size of batches) {
					held = lines.hold(held, entries(last + 1, last + size), limit);
					last += size;
				}
				expect(lines.count(held)).toBe(last);
				expect(held.length).toBeLessThanOrEqual(limit);
				const shown = held.flatMap((row) => (lines.isSkipped(row) ? [row.from, row.to] : [row.seq]));
				expect(shown).toEqual([...shown].sort((a, b) => a - b));
			})
		);
	});
});

describe('show', () => {
	test('takes from the top what is over the limit', () => {
		expect(numbers(lines.show(entries(1, 3), entries(4, 5), 4))).toEqual([2, 3, 4, 5]);
	});

	test('nothing new leaves the very same rows, so that nothing is drawn', () => {
		const rows = entries(1, 3);
		expect(lines.show(rows, [], 4)).toBe(rows);
	});
});

describe('fill', () => {
	const gap = lines.skipped(3, 2, 9);
	const rows = [entry(1), gap, entry(10)];

	test('lines take the place of their gap', () => {
		const found = { entries: [entry(2), entry(5), entry(9)], reached: null };
		expect(numbers(lines.fill(rows, gap, { ...found, end: 'older' }))).toEqual([1, 2, 5, 9, 10]);
		expect(numbers(lines.fill(rows, gap, { ...found, end: 'newer' }))).toEqual([1, 2, 5, 9, 10]);
	});

	test('what is still missing stays a gap: below them when they go on from above', () => {
		const filled = lines.fill(rows, gap, { entries: [entry(2), entry(5)], end: 'older', reached: 5 });
		expect(numbers(filled)).toEqual([1, 2, 5, '6–9', 10]);
		expect(lines.count(filled)).toBe(5);
	});

	test('and above them when they lead to what stands below', () => {
		const filled = lines.fill(rows, gap, { entries: [entry(5), entry(9)], end: 'newer', reached: 5 });
		expect(numbers(filled)).toEqual([1, '2–4', 5, 9, 10]);
		expect(lines.count(filled)).toBe(5);
	});

	test('lines that are gone for good leave no gap', () => {
		const nothing = { entries: [], reached: null };
		expect(numbers(lines.fill(rows, gap, { ...nothing, end: 'older' }))).toEqual([1, 10]);
	});

	test('a stretch without lines that match makes the gap smaller and not emptier', () => {
		const filled = lines.fill(rows, gap, { entries: [], end: 'older', reached: 6 });
		expect(numbers(filled)).toEqual([1, '7–9', 10]);
		expect(lines.count(filled)).toBe(5);
	});

	test('a gap that left the screen meanwhile changes nothing', () => {
		const trimmed = [entry(10)];
		const found = { entries: [entry(2)], end: 'older', reached: null } as const;
		expect(lines.fill(trimmed, gap, found)).toBe(trimmed);
	});
});

describe('upToGap', () => {
	test('gives the first rows, a gap at their end', () => {
		expect(numbers(lines.upToGap([entry(1), lines.skipped(2, 2, 3), entry(4)]))).toEqual([1, '2–3']);
		expect(numbers(lines.upToGap(entries(1, 5), 3))).toEqual([1, 2, 3]);
		expect(lines.upToGap([])).toEqual([]);
	});
});

test('among gives the lines with some numbers, in the order of the rows, and no gaps', () => {
	const rows = [entry(9), lines.skipped(2, 3, 4), entry(3), entry(7)];
	expect(numbers(lines.among(rows, [3, 9, 12]))).toEqual([9, 3]);
});
