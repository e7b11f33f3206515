import * as bytes from './bytes.ts';
import type { Stretch } from './range.ts';

/** A piece of a log as streamed: whole characters and escape sequences, all with one time. */
export interface Piece {
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

/** Bytes. A piece ends at the last line end before this, or at least between two characters. */
const longest = 16 * 1024;

/** Consecutive bytes that arrived at one time. */
interface Span {
	offset: number;
	line: number;
	time: number;
	data: Uint8Array;
}

/**
 * Consecutive bytes as text in pieces. A possibly incomplete character, escape sequence or `\r\n` at the end is held back,
 * unless the log is known to end there.
 */
export function* pieces(stretches: Iterable<Stretch>, ended: () => boolean): Generator<Piece, void> {
	let held: Span | null = null;
	for (const stretch of stretches) {
		for (const span of spansOf(stretch)) {
			held = yield* cut(held ? join(held, span) : span);
		}
	}
	if (held && held.data.length > 0 && ended()) yield pieceOf(held, held.data.length);
}

/** Yields a span's complete part in pieces, and returns the rest. */
function* cut(span: Span): Generator<Piece, Span> {
	let rest = span;
	for (;;) {
		const length = cutLength(rest.data);
		if (length === 0) return rest;
		yield pieceOf(rest, length);
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

function join(held: Span, span: Span): Span {
	if (held.data.length === 0) return span;
	return { ...span, offset: held.offset, data: Buffer.concat([held.data, span.data]) };
}

/** A stretch, cut where the times of its lines change. */
function* spansOf({ offset, firstLine, marks, data }: Stretch): Generator<Span, void> {
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

function pieceOf({ offset, line, time, data }: Span, length: number): Piece {
	const text = bytes.decode(data.subarray(0, length));
	return { offset, end: offset + length, line, time: new Date(time).toISOString(), text };
}
