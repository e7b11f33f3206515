import { expect, test } from 'vitest';
import * as arrivals from './arrivals.ts';

const event = (type: string, data: unknown) => ({ id: null, type, data: JSON.stringify(data) });

test('lines, and what was skipped or not looked at, are rows; the rest is not', () => {
	const rows = arrivals.rowsOf([
		event('message', { seq: 7 }),
		event('skipped', { count: 3, from: 8, to: 12 }),
		event('unseen', { count: 5, from: 13, to: 17 }),
		event('progress', { done: 0.5 }),
		{ id: '18', type: 'message', data: null }
	]);
	expect(rows).toEqual([
		{ seq: 7 },
		{ seq: 8, count: 3, from: 8, to: 12 },
		{ seq: 13, count: 5, from: 13, to: 17, isUnseen: true }
	]);
});

test('catching up lasts until anything else comes', () => {
	expect(arrivals.progressOf([event('message', { seq: 7 }), event('progress', { done: 0.34 })])).toBe(0.34);
	expect(arrivals.progressOf([event('progress', { done: 0.34 }), event('message', { seq: 7 })])).toBe(null);
	expect(arrivals.progressOf([event('progress', { done: 1 })])).toBe(null);
});
