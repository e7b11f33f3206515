import * as bytes from './bytes.ts';

/**
 * When the lines of a chunk arrived. A chunk stored as flushed has one time, unless its sender gave others. A merged one
 * remembers, for each of its parts, the first line that began in it, so that merging changes no line's time. Stored as JSON,
 * [line, time, line, time, …], each number as the difference to the one two before; the first to the chunk's own first line and
 * time.
 */
export interface Mark {
	/** The lines from this one on, up to the next mark … */
	line: number;
	/** … arrived at this time, epoch ms. */
	time: number;
}

/** The bytes from `at` on (from 0) arrived at this time, epoch ms, according to their sender. */
export interface ByteMark {
	at: number;
	time: number;
}

/** The fields of a chunk that say when its lines arrived. */
export interface Timed {
	firstLine: number;
	flushedAt: number;
	times: string | null;
}

/** One part of a merged chunk. */
export interface MergedChunk extends Timed {
	/** Whether its first byte is not the first of a line. */
	midLine: boolean;
}

/** The marks of a chunk in rising order; the first is that of its first byte. */
export function marksOf({ firstLine, flushedAt, times }: Timed): [Mark, ...Mark[]] {
	let mark: Mark = { line: firstLine, time: flushedAt };
	const marks: [Mark, ...Mark[]] = [mark];
	const differences: number[] = times === null ? [] : JSON.parse(times);
	for (let at = 0; at < differences.length; at += 2) {
		mark = { line: mark.line + (differences[at] ?? 0), time: mark.time + (differences[at + 1] ?? 0) };
		marks.push(mark);
	}
	return marks;
}

/** The column `times` of a chunk made of these parts, in order; null if one time says it all. */
export function merged(parts: readonly MergedChunk[]): string | null {
	const marks = parts.flatMap((part, index) => {
		const [own, ...later] = marksOf(part);
		// A line that a part only continues keeps the time at which it began.
		const line = index > 0 && part.midLine ? own.line + 1 : own.line;
		return [{ line, time: own.time }, ...later];
	});
	return encode(marks);
}

/** What a chunk with these bytes stores of its sender's times: in rising order, the first for its first byte. */
export function given(
	data: Uint8Array,
	firstLine: number,
	[first, ...later]: [ByteMark, ...ByteMark[]]
): Pick<Timed, 'flushedAt' | 'times'> {
	let [line, counted] = [firstLine, 0];
	const marks = later.map(({ at, time }) => {
		line += bytes.countLineFeeds(data.subarray(counted, at));
		counted = at;
		return { line: data[at - 1] === bytes.lineFeed ? line : line + 1, time };
	});
	return { flushedAt: first.time, times: encode([{ line: firstLine, time: first.time }, ...marks]) };
}

/** The marks of the `length` bytes from `from` on, counted from there; the first byte has one. */
export function within(
	[first, ...later]: [ByteMark, ...ByteMark[]],
	from: number,
	length: number
): [ByteMark, ...ByteMark[]] {
	const shifted = later.map(({ at, time }) => ({ at: at - from, time }));
	const before = shifted.findLast(({ at }) => at <= 0) ?? first;
	return [{ at: 0, time: before.time }, ...shifted.filter(({ at }) => at > 0 && at < length)];
}

/** A sender's clock is trusted as long as its lines stay in order, after the earliest time they may have and not in the future. */
export function rising(
	[first, ...later]: readonly ByteMark[],
	earliest: number,
	now: number
): [ByteMark, ...ByteMark[]] {
	if (!first) return [{ at: 0, time: now }];
	let latest = earliest;
	const next = ({ at, time }: ByteMark) => ({ at, time: (latest = Math.min(Math.max(time, latest), now)) });
	return [next(first), ...later.map(next)];
}

function encode(marks: readonly Mark[]): string | null {
	const differences: number[] = [];
	let last = marks[0];
	marks.slice(1).forEach((mark, index) => {
		if (!last || mark.time === last.time || marks[index + 2]?.line === mark.line) return;
		differences.push(mark.line - last.line, mark.time - last.time);
		last = mark;
	});
	return differences.length === 0 ? null : JSON.stringify(differences);
}

/** Returns the time of each line, if asked in rising order. */
export function clock(marks: readonly Mark[]): (line: number) => number {
	let at = 0;
	return (line) => {
		while ((marks[at + 1]?.line ?? Infinity) <= line) at++;
		return marks[at]?.time ?? 0;
	};
}
