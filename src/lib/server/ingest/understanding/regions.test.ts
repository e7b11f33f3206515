import { describe, expect, it } from 'vitest';
import * as regions from './regions.ts';

const hour = 3_600_000;
const berlin = (...date: [number, number, number, number, number]) =>
	regions.offset('Europe/Berlin', Date.UTC(...date)) / hour;

describe('a region', () => {
	it('is ahead of UTC as its clocks are, in summer and in winter', () => {
		expect(berlin(2024, 0, 1, 12, 0)).toBe(1);
		expect(berlin(2024, 6, 1, 12, 0)).toBe(2);
		expect(regions.offset('Asia/Kolkata', Date.UTC(2024, 0, 1)) / hour).toBe(5.5);
		expect(regions.offset('America/New_York', Date.UTC(2024, 0, 1)) / hour).toBe(-5);
		expect(regions.offset('Africa/Abidjan', Date.UTC(2024, 0, 1))).toBe(0);
	});

	it('turns its clocks between two minutes', () => {
		expect(berlin(2024, 2, 31, 1, 59)).toBe(1);
		expect(berlin(2024, 2, 31, 3, 0)).toBe(2);
		expect(berlin(2024, 9, 27, 1, 59)).toBe(2);
		expect(berlin(2024, 9, 27, 3, 0)).toBe(1);
	});

	it('that does not exist tells nothing', () => {
		expect(regions.offset('Europe/Nowhere', 0)).toBeNaN();
		expect(regions.offset('Europe/Berlin', NaN)).toBeNaN();
	});

	it('is right among many', () => {
		for (const name of Intl.supportedValuesOf('timeZone')) regions.offset(name, 0);
		expect(berlin(2024, 6, 1, 12, 0)).toBe(2);
	});
});
