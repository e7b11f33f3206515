/** What is on the screen and what waits for it: rows, and the bounded queue in front of them. */
import type { Entry } from '../log/entry.ts';

/** Lines not shown: `count` of them match, between the line numbers `from` and `to`, both included. */
export interface Skipped {
	seq: number;
	count: number;
	from: number;
	to: number;
	/** Whether they were not looked at, so that `count` counts those that do not match too. */
	isUnseen?: true;
}

export type Row = Entry | Skipped;

/** The most rows on the screen while following, and the most held while locked. */
export const cap = 500;

/** The most rows on the screen while the reader reads on; excess ones are removed from the far end. */
export const mostRead = 2000;
export const trimmed = 500;

/** More rows in one frame would block the main thread for over 50 ms on a slow machine. */
export const perFrame = 100;

export function isSkipped(row: Row): row is Skipped {
	return 'count' in row;
}

export function endsWithGap(rows: readonly Row[]): boolean {
	const last = rows.at(-1);
	return last !== undefined && isSkipped(last);
}

/** A row's key: the line number, or for a gap the number it begins with, which no line on the screen has. */
export function keyOf(row: Row): number {
	return row.seq;
}

export function skipped(count: number, from: number, to: number): Skipped {
	return { seq: from, count, from, to };
}

/** The lines with these numbers, in the order of the rows. */
export function among(rows: readonly Row[], numbers: readonly number[]): readonly Row[] {
	const wanted = new Set(numbers);
	return rows.filter((row) => !isSkipped(row) && wanted.has(row.seq));
}

/** The services of the lines, each as often as it occurs. */
export function services(rows: readonly Row[]): string[] {
	return rows.flatMap((row) => (isSkipped(row) ? [] : [row.service]));
}

/** How many lines the rows stand for, including those in gaps. */
export function count(rows: readonly Row[]): number {
	let total = 0;
	for (const row of rows) total += isSkipped(row) ? row.count : 1;
	return total;
}

/** Queues rows. Over the limit the oldest become one gap at the front, so the count stays true. */
export function hold(held: readonly Row[], more: readonly Row[], limit = cap): Row[] {
	const all = [...held, ...more];
	if (all.length <= limit) return all;
	const dropped = all.splice(0, all.length - limit + 1);
	all.unshift(gapOf(dropped));
	return all;
}

/** Appends to what is shown and removes the excess from the top. */
export function show(rows: readonly Row[], more: readonly Row[], limit = cap): readonly Row[] {
	if (more.length === 0 && rows.length <= limit) return rows;
	return [...rows, ...more].slice(-limit);
}

/** What was found of a gap, from one of its ends on: `end` is the reader's side. */
export interface Found {
	entries: readonly Entry[];
	end: 'older' | 'newer';
	/** The number up to which it is complete, from that end on; null if the whole gap is. */
	reached: number | null;
}

/** Puts lines into the gap they were missing from; what is still missing stays a gap on their other side. */
export function fill(rows: readonly Row[], gap: Skipped, { entries, end, reached }: Found): readonly Row[] {
	const at = rows.indexOf(gap);
	if (at < 0) return rows;
	const left = gap.count - entries.length;
	const rest =
		reached === null || left <= 0
			? []
			: [end === 'older' ? skipped(left, reached + 1, gap.to) : skipped(left, gap.from, reached - 1)];
	const filled = end === 'older' ? [...entries, ...rest] : [...rest, ...entries];
	return [...rows.slice(0, at), ...filled, ...rows.slice(at + 1)];
}

/** The first rows, up to and including a gap: a reader must not get past a gap. */
export function upToGap(rows: readonly Row[], limit = perFrame): readonly Row[] {
	const gap = rows.findIndex(isSkipped);
	return rows.slice(0, Math.min(limit, gap < 0 ? limit : gap + 1));
}

function gapOf(rows: readonly Row[]): Skipped {
	const first = rows[0];
	const last = rows.at(-1);
	if (!first || !last) throw new Error('A gap stands for at least one row');
	return skipped(count(rows), first.seq, isSkipped(last) ? last.to : last.seq);
}
