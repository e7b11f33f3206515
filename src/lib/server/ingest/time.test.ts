import { describe, expect, it } from 'vitest';
import * as time from './time.ts';

const now = Date.UTC(2024, 4, 2, 12);
const noon = Date.UTC(2024, 4, 1, 12);

describe('ISO 8601', () => {
	it.each([
		['2024-05-01T12:00:00.000Z', noon],
		['2024-05-01T12:00:00', noon],
		['2024-05-01 12:00:00', noon],
		['2024-05-01T12:00Z', noon],
		['2024-05-01t12:00:00z', noon],
		['2024-05-01', noon - 12 * 3_600_000],
		['2024-05-01T12:00:00.5Z', noon + 500],
		['2024-05-01T12:00:00,123456789Z', noon + 123],
		['2024-05-01T14:00:00+02:00', noon],
		['2024-05-01T14:00:00+0200', noon],
		['2024-05-01T14:00:00+02', noon],
		['2024-05-01T06:30:00-05:30', noon],
		['2024-05-01 12:00:00 +0000', noon],
		['2024-05-01 12:00:00.250 UTC', noon + 250],
		['20240501T120000Z', noon],
		[' 2024-05-01T12:00:00Z ', noon],
		['2024-05-01T11:59:60Z', noon],
		['1970-01-01T00:00:00Z', 0]
	])('reads %s', (written, expected) => expect(time.read(written, now)).toBe(expected));

	it.each([
		'2024-02-30T00:00:00Z',
		'2023-02-29',
		'2024-13-01',
		'2024-00-01',
		'2024-05-00',
		'0075-05-01',
		'2024-05-01T25:00:00Z',
		'2024-05-01T12:60:00Z',
		'2024-05-01T12:00:61Z',
		'2024-05-01T12:00:00 CEST',
		'yesterday',
		'foo 1',
		''
	])('does not guess at %j', (written) => expect(time.read(written, now)).toBeNull());
});

describe('an epoch', () => {
	it.each([
		['seconds', 1714564800],
		['milliseconds', 1714564800000],
		['microseconds', 1714564800000000],
		['nanoseconds', 1714564800000000000]
	])('in %s is told by its magnitude, as number and as text', (_unit, value) => {
		expect(time.read(value, now)).toBe(noon);
		expect(time.read(BigInt(value).toString(), now)).toBe(noon);
	});

	it('keeps the fraction of seconds', () => {
		expect(time.read(1714564800.123, now)).toBe(noon + 123);
		expect(time.read('1714564800.123', now)).toBe(noon + 123);
	});

	it('keeps the millisecond of nanoseconds that a double cannot hold', () => {
		expect(time.read('1714564800123999999', now)).toBe(noon + 123);
	});

	it('may be 0, the first moment of 1970', () => expect(time.read(0, now)).toBe(0));
});

describe('the range', () => {
	it('reaches a day ahead, to the millisecond', () => {
		expect(time.read(now + 86_400_000, now)).toBe(now + 86_400_000);
		expect(time.read(now + 86_400_001, now)).toBeNull();
	});

	it.each([-1, -0.001, '-1', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00+01:00', 1e300, Infinity, NaN])(
		'does not hold %s',
		(value) => expect(time.read(value, now)).toBeNull()
	);

	it.each([true, {}, [], [1714564800], null, undefined])('is no place for %j', (value) =>
		expect(time.read(value, now)).toBeNull()
	);
});
