import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import * as time from './time.ts';

const zone = process.env.TZ;

afterEach(() => {
	if (zone === undefined) delete process.env.TZ;
	else process.env.TZ = zone;
});

test('UTC is what the entry says', () => {
	expect(time.timeOfDay('2026-11-20T14:03:12.125Z', 'utc')).toEqual({ clock: '14:03:12', fraction: '.125' });
	expect(time.dateAndTime('2026-11-20T14:03:12.125Z', 'utc')).toBe('Fri 20 Nov 2026 14:03:12.125 UTC');
});

test('the reader’s zone moves the date too', () => {
	process.env.TZ = 'Asia/Kathmandu';
	expect(time.dateAndTime('2026-11-20T20:03:12.125Z', 'local')).toBe('Sat 21 Nov 2026 01:48:12.125 UTC+5:45');
	process.env.TZ = 'America/New_York';
	expect(time.dateAndTime('2026-11-21T02:03:12.125Z', 'local')).toBe('Fri 20 Nov 2026 21:03:12.125 UTC−5');
});

test('across a change of summer time every instant is as Date has it', () => {
	process.env.TZ = 'Europe/Berlin';
	const turn = Date.parse('2026-10-25T01:00:00.000Z');
	fc.assert(
		fc.property(fc.integer({ min: -7_200_000, max: 7_200_000 }), (offset) => {
			const date = new Date(turn + offset);
			const { clock } = time.timeOfDay(date.toISOString(), 'local');
			expect(clock).toBe(date.toTimeString().slice(0, 8));
		})
	);
});

test('a day is named with its month, and with its year when that is another one', () => {
	const now = Date.parse('2026-11-28T12:00:00.000Z');
	expect(time.dayAndMinute('2026-11-08T10:32:59.000Z', 'utc', now)).toBe('8 Nov 10:32');
	expect(time.dayAndMinute('2025-01-28T10:32:59.000Z', 'utc', now)).toBe('28 Jan 2025 10:32');
});
