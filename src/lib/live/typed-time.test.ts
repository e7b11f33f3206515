import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as period from './period.ts';
import * as typedTime from './typed-time.ts';

const zone = process.env.TZ;

beforeEach(() => {
	process.env.TZ = 'Europe/Berlin';
});
afterEach(() => {
	if (zone === undefined) delete process.env.TZ;
	else process.env.TZ = zone;
});

/** Saturday, 09:30 in Berlin. */
const now = Date.parse('2026-11-28T08:30:00Z');

const parse = (text: string) => typedTime.parse(text, now, 'local');

function periodOf(text: string): period.Period {
	const typed = parse(text);
	if (!typed.ok) throw new Error(`“${text}”: ${typed.message}`);
	return typed.period;
}

test.each([
	['live', null, null],
	['2h', '-2h', null],
	['last 15 min', '-15m', null],
	['7 days', '-7d', null],
	['today', '2026-11-27T23:00Z', '2026-11-28T23:00Z'],
	['yesterday', '2026-11-26T23:00Z', '2026-11-27T23:00Z'],
	['2026-11-20', '2026-11-19T23:00Z', '2026-11-20T23:00Z'],
	['08:50-09:10', '2026-11-28T07:50Z', '2026-11-28T08:10Z'],
	['13:50-14:10', '2026-11-27T12:50Z', '2026-11-27T13:10Z'],
	['yesterday 13:50 – 14:10', '2026-11-27T12:50Z', '2026-11-27T13:10Z'],
	['thu 13:50 to fri 2am', '2026-11-26T12:50Z', '2026-11-27T01:00Z'],
	['26 nov - 27 nov', '2026-11-25T23:00Z', '2026-11-27T23:00Z'],
	['nov 26, 2025', '2025-11-25T23:00Z', '2025-11-26T23:00Z'],
	['yesterday 14:00 - now', '2026-11-27T13:00Z', null],
	['2026-11-20T10:00Z..2026-11-20T11:00:30Z', '2026-11-20T10:00Z', '2026-11-20T11:00:30Z'],
	['2h ago - 1h ago', '2026-11-28T06:30Z', '2026-11-28T07:30Z']
])('“%s” is a range', (text, from, to) => {
	expect(periodOf(text)).toEqual({ from, to, at: null });
});

test.each([
	['yesterday 14:00', '2026-11-27T13:00Z'],
	['14:00', '2026-11-27T13:00Z'],
	['9:15', '2026-11-28T08:15Z'],
	['2pm', '2026-11-27T13:00Z'],
	['Fri at 14:00:05', '2026-11-27T13:00:05Z'],
	['27 Nov 14:03:12.125', '2026-11-27T13:03:12.125Z'],
	['2h ago', '2026-11-28T06:30Z'],
	['2026-11-20T14:03:12Z', '2026-11-20T14:03:12Z'],
	['2026-11-20T14:03:12+05:45', '2026-11-20T08:18:12Z'],
	['2026-11-20 14:03', '2026-11-20T13:03Z'],
	['1795875000', '2026-11-28T14:10Z'],
	['1795875000125', '2026-11-28T14:10:00.125Z']
])('“%s” is a point in time, shown with ten minutes before and after', (text, at) => {
	const ms = Date.parse(at.length < 18 ? at.replace('Z', ':00Z') : at);
	const [from, to] = [ms - 600_000, ms + 600_000].map(period.write);
	expect(periodOf(text)).toEqual({ from, to, at });
});

test.each(['', 'sometime', '25:00', '31 feb', '14:60', '13', '2026-02-30', '0h', '13pm', '5 parsecs'])(
	'“%s” is not understood, and what is said helps',
	(text) =>
		expect(parse(text)).toEqual({ ok: false, message: expect.stringContaining('Try yesterday 14:00') })
);

test('a range that ends before it begins says so', () => {
	expect(parse('14:10-13:50')).toEqual({
		ok: false,
		message: 'The range must end after it begins: 27 Nov 14:10 is not before 27 Nov 13:50.'
	});
	expect(parse('08:00-08:00')).toMatchObject({ ok: false });
});

describe('where clocks change', () => {
	test('a day has 23 or 25 hours', () => {
		for (const [day, hours] of [
			['2026-03-29', 23],
			['2026-10-25', 25]
		] as const) {
			const { from, to } = period.spanOf(periodOf(day), now);
			expect(to - from).toBe(hours * 3_600_000);
		}
	});

	test('a time that occurs twice is the first, one that is skipped the next', () => {
		expect(periodOf('2026-10-25 02:30').at).toBe('2026-10-25T00:30Z');
		expect(periodOf('2026-03-29 02:30').at).toBe('2026-03-29T01:30Z');
	});
});

test('in UTC, days and times are those of UTC', () => {
	const typed = typedTime.parse('yesterday', now, 'utc');
	expect(typed).toEqual({
		ok: true,
		period: { from: '2026-11-27T00:00Z', to: '2026-11-28T00:00Z', at: null }
	});
});

test('a range in the future is a range', () => {
	expect(periodOf('2027-01-01')).toEqual({ from: '2026-12-31T23:00Z', to: '2027-01-01T23:00Z', at: null });
});

test('whatever is typed, it is a period that a URL can have, or a sentence', () => {
	const words = fc.constantFrom(
		'yesterday',
		'to',
		'-',
		'14:00',
		'2h',
		'ago',
		'nov',
		'27',
		'2026-11-20',
		'99',
		'..'
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.array(words).map((all) => all.join(' '))
			),
			(text) => {
				const typed = parse(text);
				if (!typed.ok) return void expect(typed.message).toMatch(/\.$/);
				const { from, to, at } = typed.period;
				const parameters = new URLSearchParams(
					Object.entries({ from, to, at }).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
				);
				expect(period.read(parameters)).toEqual(typed.period);
				const span = period.spanOf(typed.period, now);
				expect(span.from).toBeLessThan(span.to);
			}
		)
	);
});
