import { expect, test } from 'vitest';
import * as clock from './clock.ts';

const reading = (date: number, sentAt: number, answeredAt: number) => ({ date, sentAt, answeredAt });

test('clocks that may agree are taken to agree', () => {
	const bounds = clock.narrow(clock.unknown, reading(10_000, 10_400, 10_410));
	expect(clock.correction(bounds)).toBe(0);
});

test('a server clock that is ahead is corrected by as little as the date allows', () => {
	const bounds = clock.narrow(clock.unknown, reading(70_000, 10_400, 10_410));
	expect(clock.correction(bounds)).toBe(59_590);
});

test('a server clock that is behind is corrected downwards', () => {
	const bounds = clock.narrow(clock.unknown, reading(10_000, 70_400, 70_410));
	expect(clock.correction(bounds)).toBe(-59_300);
});

test('more readings narrow the bounds', () => {
	const first = clock.narrow(clock.unknown, reading(20_000, 10_900, 10_910));
	const second = clock.narrow(first, reading(22_000, 12_100, 12_110));
	expect(second).toEqual({ least: 9_890, most: 10_200 });
});

test('a clock that was set is believed again', () => {
	const before = clock.narrow(clock.unknown, reading(90_000, 10_000, 10_010));
	const after = clock.narrow(before, reading(12_000, 12_300, 12_310));
	expect(clock.correction(after)).toBe(0);
});

test('without any reading nothing is corrected', () => {
	expect(clock.correction(clock.unknown)).toBe(0);
});
