import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instants } from './instant.ts';

const instant = instants();

test('a time is written as Date writes it, whatever was written before', () => {
	const times = fc.integer({ min: -62_198_755_200_000, max: 253_402_300_799_999 });
	fc.assert(
		fc.property(times, fc.array(fc.integer({ min: -200_000, max: 200_000 })), (time, steps) => {
			for (const step of [0, ...steps]) {
				const ms = Math.max(-62_198_755_200_000, time + step);
				expect(instant(ms)).toBe(new Date(ms).toISOString());
			}
		}),
		{ numRuns: 2_000 }
	);
});
