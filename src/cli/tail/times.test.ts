import { expect, test } from 'vitest';
import { read, shown } from './times.ts';

const now = Date.UTC(2026, 10, 28, 12);

test.each([
	['30s', now - 30_000],
	['15m', now - 900_000],
	['2h', now - 7_200_000],
	['7d', now - 7 * 86_400_000],
	['1w', now - 7 * 86_400_000],
	['2026-11-28T10:00:00Z', Date.UTC(2026, 10, 28, 10)],
	['2026-11-28 10:00+02:00', Date.UTC(2026, 10, 28, 8)],
	['2026-11-28', new Date(2026, 10, 28).getTime()],
	['2026-11-28 14:03', new Date(2026, 10, 28, 14, 3).getTime()],
	['2026-11-28T14:03:05.5', new Date(2026, 10, 28, 14, 3, 5, 500).getTime()]
])('%s', (text, ms) => {
	expect(read(text, now)).toBe(ms);
});

test.each(['', 'yesterday', '2', '2 h', '-2h', '2026', '2026-13-01', '2026-11-28T25:00', '14:03'])(
	'"%s" is no time',
	(text) => {
		expect(read(text, now)).toBeNull();
	}
);

test('a time is shown where the reader is, or in UTC', () => {
	const time = '2026-11-28T14:03:05.007Z';
	expect(shown(time, true)).toBe(time);
	expect(new Date(shown(time, false)).toISOString()).toBe(time);
	expect(shown(time, false)).toMatch(/^2026-11-2\d \d\d:\d\d:05\.007$/);
});
