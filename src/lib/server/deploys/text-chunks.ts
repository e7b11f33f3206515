import * as bytes from './bytes.ts';
import type { Slice } from './range.ts';

/** Text of a log as it is streamed: whole characters and escape sequences, all with one time. */
export interface TextChunk {
	/** Of the first byte. */
	offset: number;
	/** The offset after the last byte: the cursor from which a reader continues. */
	end: number;
	/** The number of the line it begins in, from 1. */
	line: number;
	/** When it arrived, ISO 8601. */
	time: string;
	text: string;
}

/** Bytes. A chunk ends at the last line end before this, or at least between two characters. */
const longest = 16 * 1024;

/** Consecutive bytes that arrived at one time. */
interface TimedSlice {
	offset: number;
	line: number;
	time: number;
	data: Uint8Array;
}

/**
 * Consecutive bytes as text in chunks. A possibly incomplete character, escape sequence or `\r\n` at the end is held back,
 * unless the log is known to end there.
 */
export async function* textChunks(
	slices: AsyncIterable<Slice>,
	ended: () => Promise<boolean>
): AsyncGenerator<TextChunk, void> {
	let held: TimedSlice | null = null;
	for await (const slice of slices) {
		for (const part of timedSlicesOf(slice)) {
			held = yield* cut(held ? join(held, part) : part);
		}
	}
	if (held && held.data.length > 0 && (await ended())) yield chunkOf(held, held.data.length);
}

/** Yields the complete beginning of a part in chunks, and returns the rest. */
function* cut(part: TimedSlice): Generator<TextChunk, TimedSlice> {
	let rest = part;
	for (;;) {
		const length = cutLength(rest.data);
		if (length === 0) return rest;
		yield chunkOf(rest, length);
		const done = rest.data.subarray(0, length);
		const line = rest.line + bytes.countLineFeeds(done);
		rest = { ...rest, offset: rest.offset + length, line, data: rest.data.subarray(length) };
	}
}

function cutLength(data: Uint8Array): number {
	if (data.length <= longest) return bytes.complete(data);
	const window = data.subarray(0, longest);
	return window.lastIndexOf(bytes.lineFeed) + 1 || bytes.complete(window);
}

function join(held: TimedSlice, part: TimedSlice): TimedSlice {
	if (held.data.length === 0) return part;
	return { ...part, offset: held.offset, data: Buffer.concat([held.data, part.data]) };
}

/** A slice, cut where the times of its lines change. */
function* timedSlicesOf({ offset, firstLine, marks, data }: Slice): Generator<TimedSlice, void> {
	let [at, line] = [0, firstLine];
	for (const [index, { time }] of marks.entries()) {
		const next = marks[index + 1];
		const length = next ? bytes.lineStart(data.subarray(at), next.line - line) : null;
		const end = length === null ? data.length : at + length;
		yield { offset: offset + at, line, time, data: data.subarray(at, end) };
		if (!next || end === data.length) return;
		[at, line] = [end, next.line];
	}
}

function chunkOf({ offset, line, time, data }: TimedSlice, length: number): TextChunk {
	const text = bytes.decode(data.subarray(0, length));
	return { offset, end: offset + length, line, time: new Date(time).toISOString(), text };
}
