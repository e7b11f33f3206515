import { levels } from '$log/entry';
import * as cursors from '$server/search/cursor';
import { isWhole } from '$server/search/field-counts';
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

/** Where a page of lines continues in the order of time; null at the end. */
export function nextCursor({ order }: Asked, { next }: Done, head: number): string | null {
	return order.by === 'time' && next ? cursors.write({ ...next, head, counted: null }) : null;
}

/**
 * Where a search that also counts continues, and what it has counted by then. After the end, only lines continue: all is counted.
 * Null where nothing is left, and where what was counted is too scattered to say.
 */
export function resumption(
	{ order, sampledBefore }: Resumable,
	event: Exclude<Event, { kind: 'lines' }>,
	head: number
): string | null {
	if (order.by !== 'time' || event.next === null) return null;
	const { next, counted: ranges, sampled, histogram, fields } = event;
	const isOver = event.kind === 'done' && event.isComplete;
	const counted = isOver ? null : { ranges, sampled: sampledBefore + sampled };
	const isCounting = histogram !== null || fields !== null;
	return (
		cursors.write({ ...next, head, counted }) ??
		(isCounting ? null : cursors.write({ ...next, head, counted: null }))
	);
}

/** A search, and of how many matches the values of attributes were counted before it. */
export type Resumable = Asked & { sampledBefore: number };

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
			exact: isWhole(name, values) && (facets?.has(name) || sampled === matched),
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
