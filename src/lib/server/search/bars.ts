import type { Buckets } from './job.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Widths that people read easily, in ms. */
const widths = [
	...[1, 2, 5, 10, 50, 100, 200, 500],
	...[1, 2, 5, 10, 15, 30].map((count) => count * second),
	...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
	...[1, 2, 3, 6, 12].map((count) => count * hour),
	...[1, 2, 7, 14, 28].map((count) => count * day)
];

/** The fewest and narrowest bars that cover a range (epoch ms), at most `most` (or one more where the range begins within a bar). */
export function barsFor(from: number, to: number, most: number): Buckets {
	const span = Math.max(1, to - from);
	const width = widths.find((width) => span / width <= most) ?? Math.ceil(span / most / day) * day;
	const start = Math.floor(from / width) * width;
	return { from: start, width, count: Math.max(1, Math.ceil((to - start) / width)) };
}
