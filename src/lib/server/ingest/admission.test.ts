import { expect, test } from 'vitest';
import { Admission } from './admission.ts';

test('a body is refused by the size that it announces, before any of it takes room', () => {
	const admission = new Admission(100);
	expect(admission.admit('a', 51)).toBeNull();
	expect(admission.admit('a', 50)).not.toBeNull();
	expect(admission.bytes).toBe(0);
});

test('what was announced but has not come keeps nobody out', () => {
	const admission = new Admission(100);
	for (let n = 0; n < 10; n++) expect(admission.admit('a', 50)).not.toBeNull();
	expect(admission.admit('a', 50)?.grow(50)).toBe(true);
});

test('a body that announced nothing takes room as it comes in, until there is none', () => {
	const admission = new Admission(100);
	const place = admission.admit('a', 0);
	expect([place?.grow(30), place?.grow(20), place?.grow(1)]).toEqual([true, true, false]);
	expect(admission.bytes).toBe(50);
});

test('one organization has half of the room, and all together have the whole', () => {
	const admission = new Admission(100);
	expect(admission.admit('a', 0)?.grow(50)).toBe(true);
	expect(admission.admit('a', 1)).toBeNull();
	expect(admission.admit('b', 50)?.grow(40)).toBe(true);
	expect(admission.admit('c', 11)).toBeNull();
	expect(admission.admit('c', 10)?.grow(10)).toBe(true);
	expect(admission.admit('d', 0)?.grow(1)).toBe(false);
});

test('a place that is left gives all of its room back, once', () => {
	const admission = new Admission(100);
	const [place, other] = [admission.admit('a', 0), admission.admit('a', 0)];
	place?.grow(20);
	place?.grow(20);
	other?.grow(10);
	expect(admission.admit('a', 1)).toBeNull();
	place?.leave();
	place?.leave();
	expect(admission.bytes).toBe(10);
	expect(admission.admit('a', 40)).not.toBeNull();
});
