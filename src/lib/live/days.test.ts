import { afterEach, expect, test } from 'vitest';
import type { Entry } from '../log/entry.ts';
import * as days from './days.ts';
import * as lines from './lines.ts';

const zone = process.env.TZ;

afterEach(() => {
	if (zone === undefined) delete process.env.TZ;
	else process.env.TZ = zone;
});

function rowsAt(...times: string[]): Entry[] {
	return times.map((time, at) => ({ seq: at + 1, time }) as Entry);
}

function shown({ first, rows }: ReturnType<typeof days.separate>): (string | number)[] {
	return [...(first ? [first] : []), ...rows].map((row) => (days.isDay(row) ? row.date : row.seq));
}

test('rows of one day are given back as they are, below its name', () => {
	const rows = rowsAt('2026-11-27T00:00:00.000Z', '2026-11-27T23:59:59.999Z');
	const separated = days.separate(rows, 'utc');
	expect(separated.first).toEqual({ date: '2026-11-27', before: 1 });
	expect(separated.rows).toBe(rows);
});

test('every change of day has a row, also back to the day before', () => {
	const rows = rowsAt('2026-11-27T23:59:59.999Z', '2026-11-28T00:00:00.000Z', '2026-11-27T23:59:59.999Z');
	expect(shown(days.separate(rows, 'utc'))).toEqual(['2026-11-27', 1, '2026-11-28', 2, '2026-11-27', 3]);
});

test('a day begins at the reader’s midnight, also on a day of 25 hours', () => {
	process.env.TZ = 'Europe/Berlin';
	const rows = rowsAt('2026-10-24T21:59:59.999Z', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z');
	expect(shown(days.separate(rows, 'local'))).toEqual(['2026-10-24', 1, '2026-10-25', 2, 3]);
});

test('lines that are not shown have no day', () => {
	const rows = [
		lines.skipped(7, 1, 7),
		...rowsAt('2026-11-27T10:00:00.000Z').map((row) => ({ ...row, seq: 8 }))
	];
	expect(shown(days.separate(rows, 'utc'))).toEqual(['2026-11-27', 1, 8]);
	expect(days.separate([], 'utc').first).toBeNull();
});
