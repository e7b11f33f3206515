import { expect, test } from 'vitest';
import * as bars from './bars.ts';

test('a chip counts the lines of its level in all bars, that of errors the fatal ones too', () => {
	const histogram: Parameters<typeof bars.byLevel>[0] = {
		from: '2026-11-20T14:00:00.000Z',
		to: '2026-11-20T14:02:00.000Z',
		width_ms: 60_000,
		levels: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
		bars: [
			[9, 1, 2, 3, 4, 5],
			[9, 0, 1, 0, 1, 0]
		]
	};
	expect(bars.byLevel(histogram)).toEqual({ debug: 1, info: 3, warn: 3, error: 10 });
});

const minute = 60_000;
const noon = Date.UTC(2026, 10, 20, 12);
const levels = ['info', 'error'] as const;
const of = (from: number, counts: number[][]) => ({
	from: new Date(from).toISOString(),
	to: new Date(from + counts.length * minute).toISOString(),
	width_ms: minute,
	levels: [...levels],
	bars: counts
});
const around = { from: noon - 3 * minute, to: noon + 5 * minute };
const period = { from: noon, to: noon + 2 * minute };
const inside = of(noon, [
	[1, 0],
	[2, 3]
]);
const allOf = ({ bars: shown }: bars.Volume) => shown.map(({ all }) => all);

test('a period stands among what is around it, which is empty until it is known', () => {
	const partial = bars.volumeOf(period, around, { inside, outside: null });
	expect(allOf(partial)).toEqual([0, 0, 0, 1, 5, 0, 0, 0]);
	expect(partial.bars[0]?.from).toBe(around.from);
	const outside = of(
		around.from,
		Array.from({ length: 8 }, (_, at) => [at, 0])
	);
	const whole = bars.volumeOf(period, around, { inside, outside });
	expect(allOf(whole)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(whole.counted).toEqual(bars.of(inside));
	expect([partial.isPartial, whole.isPartial]).toEqual([true, false]);
	expect(bars.volumeOf(period, around, { inside: null, outside: null }).bars).toEqual([]);
});

test('what was not counted is around the period, and in it before where the search has come', () => {
	const partial = bars.volumeOf(period, around, { inside, outside: null });
	const beside: [number, number][] = [
		[around.from, period.from],
		[period.to, around.to]
	];
	expect(bars.uncounted(partial, null)).toEqual(beside);
	expect(bars.uncounted(partial, noon + minute)).toEqual([beside[0], [noon, noon + minute], beside[1]]);
	const all = bars.of(inside);
	const alone = { bars: all, counted: all, period: null, isPartial: false };
	expect(bars.uncounted(alone, noon + minute)).toEqual([[noon, noon + minute]]);
	expect(bars.uncounted(alone, null)).toEqual([]);
	expect(bars.uncounted({ ...alone, bars: [] }, noon)).toEqual([]);
});

test('an end of a period moves from bar to bar, and leaves one at least', () => {
	const { bars: shown } = bars.volumeOf(period, around, { inside, outside: null });
	expect(bars.withEdge(shown, period, 'from', 0.2)).toEqual({ ...period, from: noon - 2 * minute });
	expect(bars.withEdge(shown, period, 'from', 0.9)).toEqual({ ...period, from: noon + minute });
	expect(bars.withEdge(shown, period, 'to', 1)).toEqual({ ...period, to: around.to });
	expect(bars.withEdge(shown, period, 'to', 0)).toEqual({ ...period, to: noon + minute });
});
