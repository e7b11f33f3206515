import { levels } from '$log/entry';
import * as cursors from '$server/search/cursor';
import type { Buckets, Values } from '$server/search/job';
import type { Asked, Event, Progress } from '$server/search/asked';

/** What a search says at its end. */
type Done = Extract<Event, { kind: 'done' }>;

/** Where to continue by number in the same direction: null at the end, and in the order of time. */
export function nextSeq({ order }: Asked, { next }: Done): number | null {
	if (order.by === 'time' || next === null) return null;
	const isBetween = next.tie === Infinity; // then the line of this rank was not reached
	if (order.newestFirst) return next.rank + (isBetween ? 1 : 0);
	return -next.rank - (isBetween ? 1 : 0);
}

/** Where to continue in the order of time; null at the end. */
export function nextCursor({ order }: Asked, { next }: Done, head: number): string | null {
	return order.by === 'time' && next ? cursors.write({ ...next, head }) : null;
}

/** Which times have been searched (null: without an end), and how many lines were looked at or left out for certain. */
export function searchedOf({ from, to, order }: Asked, { frontier, looked }: Progress) {
	if (order.by === 'seq') return { from: isoOf(from), to: isoOf(to), lines: looked };
	const [begin, end] = order.newestFirst ? [Math.max(from, frontier), to] : [from, Math.min(to, -frontier)];
	return { from: isoOf(begin), to: isoOf(end), lines: looked };
}

const isoOf = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null);

/** A histogram: each bar's lines by level, in the order of `levels`. */
export function histogramOf({ from, width, count }: Buckets, bars: Uint32Array | null) {
	const lines = bars ?? new Uint32Array(count * levels.length);
	return {
		from: new Date(from).toISOString(),
		to: new Date(from + width * count).toISOString(),
		width_ms: width,
		levels,
		bars: Array.from({ length: count }, (_, bar) => [
			...lines.subarray(bar * levels.length, (bar + 1) * levels.length)
		])
	};
}

/** Values shown of a field. */
const mostShown = 20;

/**
 * Fields with their most frequent values. Levels, services and hosts are of all matches, if those were counted; everything else is of
 * the first `sampled`.
 */
export function fieldsOf({ fields, facets, sampled, matched }: Progress) {
	const all = new Map([...(fields ?? []), ...(facets ?? [])]);
	return {
		sampled,
		fields: [...all].map(([name, values]) => ({
			name,
			exact: facets?.has(name) === true || sampled === matched,
			values: topOf(values)
		}))
	};
}

function topOf(values: NonNullable<Values> extends Map<string, infer Counts> ? Counts : never) {
	return [...values]
		.map(([value, count]) => ({ value, count }))
		.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
		.slice(0, mostShown);
}
