import { expect, test } from 'vitest';
import * as period from './period.ts';

const now = Date.now();
const year = new Date(now).getUTCFullYear();
const of = (from: string | null, to: string | null = null) => ({ from, to, at: null });

test('what is no time in a URL is left out', () => {
	const parameters = new URLSearchParams('from=-1h&to=someday&at=2026-11-20T14:03Z');
	expect(period.read(parameters)).toEqual({ from: '-1h', to: null, at: '2026-11-20T14:03Z' });
});

test('the last hour ends now, a beginning alone is followed live', () => {
	expect(period.isPast(of('-1h'))).toBe(true);
	expect(period.spanOf(of('-1h'), now)).toEqual({ from: now - 3_600_000, to: now });
	expect(period.isPast(of('2026-11-20T14:03Z'))).toBe(false);
	expect(period.spanOf(of('2026-11-20T14:03Z'), now).to).toBe(Infinity);
});

test('a time without a zone, as a form sends it, is in UTC', () => {
	expect(period.spanOf(of('2026-11-20T14:03', '2026-11-20T15:03'), now)).toEqual({
		from: Date.UTC(2026, 10, 20, 14, 3),
		to: Date.UTC(2026, 10, 20, 15, 3)
	});
});

test.each([
	[null, null, 'Live'],
	['-15m', null, 'Last 15 min'],
	['-1h', null, 'Last 1 h'],
	['-1d', null, 'Last 1 day'],
	['-7d', null, 'Last 7 days'],
	['Y-11-27T13:50Z', 'Y-11-27T14:10Z', '27 Nov 13:50–14:10'],
	['Y-11-27T13:50Z', 'Y-11-27T14:10:05Z', '27 Nov 13:50–14:10:05'],
	['Y-11-27T22:00Z', 'Y-11-28T02:00Z', '27 Nov 22:00 – 28 Nov 02:00'],
	['Y-11-27T00:00Z', 'Y-11-28T00:00Z', '27 Nov'],
	['Y-11-26T00:00Z', 'Y-11-28T00:00Z', '26 Nov – 27 Nov'],
	['1999-11-27T00:00Z', '1999-11-28T00:00Z', '27 Nov 1999'],
	['Y-11-27T13:50Z', null, 'Since 27 Nov 13:50'],
	[null, 'Y-11-27T13:50Z', 'Until 27 Nov 13:50']
])('from %s to %s is called “%s”', (from, to, name) => {
	const ofThisYear = (text: string | null) => text && text.replace('Y', String(year));
	expect(period.name(of(ofThisYear(from), ofThisYear(to)), 'utc', now)).toBe(name);
});

test('around a range the volume shows four times as much, and nothing after now', () => {
	const [from, to] = [now - 50 * 60_000, now - 40 * 60_000].map((at) => new Date(at).toISOString());
	expect(period.surroundingsOf(of(from ?? '', to), now)).toEqual({
		from: now - 65 * 60_000,
		to: now - 25 * 60_000
	});
	const recent = new Date(now - 5 * 60_000).toISOString();
	expect(period.surroundingsOf(of(from ?? '', recent), now)).toEqual({
		from: now - 180 * 60_000,
		to: now
	});
});

test.each([
	['a relative one', of('-1h')],
	['one without a beginning', of(null, '2026-11-20T14:03Z')],
	['one that is followed', of('2026-11-20T14:03Z')],
	['one that ends before it begins', of('2026-11-20T14:03Z', '2026-11-20T14:02Z')],
	['one longer than time itself', of('-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z')]
])('around %s it shows nothing else', (_, shown) => {
	expect(period.surroundingsOf(shown, now)).toBeNull();
});
