import * as bytes from './bytes.ts';
import { given, merged, within, type ByteMark, type MergedChunk, type Timed } from './times.ts';

/** A piece of a log as it is stored. */
export interface Chunk extends Timed {
	/** Of the first byte, in bytes since the start of the log. */
	offset: number;
	/** The number of the line in which the first byte lies. */
	firstLine: number;
	data: Uint8Array;
}

/** Bytes to add, and when they arrived. */
export interface Inserted extends Pick<Chunk, 'offset' | 'firstLine' | 'data'> {
	marks: [ByteMark, ...ByteMark[]];
}

/** Bytes. No chunk is longer, so that no read blocks for long; longer ones make reading no faster (measured). */
const longest = 256 * 1024;
/**
 * Bytes. Chunks this long on average are not joined: that would write each byte two more times, and reading longer ones is
 * hardly faster (100 MB in chunks of 256 KiB 0.1 s, of 10 kB 0.2 s, of 1 kB 1.2 s; measured).
 */
const longEnough = 8 * 1024;
/** How many chunks one transaction joins at most, so that nothing waits long for it. */
export const mostJoined = 2_000;

/** Bytes added at the end of a log, as chunks. */
export function* chunksOf({ offset, firstLine, marks, data }: Inserted): Generator<Chunk, void> {
	let line = firstLine;
	for (let at = 0; at < data.length; at += longest) {
		const piece = data.subarray(at, at + longest);
		const { flushedAt, times } = given(piece, line, within(marks, at, piece.length));
		yield { offset: offset + at, firstLine: line, flushedAt, times, data: piece };
		line += bytes.countLineFeeds(piece);
	}
}

/** Where the chunks to join end, and whether joining them is worth it; null: there are none. */
export function planJoin(
	offset: number,
	lengths: readonly number[]
): { end: number; isWorthIt: boolean } | null {
	let end = offset;
	let count = 0;
	for (const length of lengths) {
		if (count > 0 && end + length - offset > longest) break;
		end += length;
		count++;
	}
	if (count === 0) return null;
	return { end, isWorthIt: count > 1 && (end - offset) / count < longEnough };
}

/** What the first of some chunks in order becomes when they are joined. */
export function joined(parts: readonly Chunk[]): Pick<Chunk, 'times' | 'data'> {
	return { times: merged(parts.map(partOf)), data: Buffer.concat(parts.map(({ data }) => data)) };
}

function partOf(chunk: Chunk, index: number, chunks: readonly Chunk[]): MergedChunk {
	const before = chunks[index - 1];
	return { ...chunk, midLine: before !== undefined && before.data.at(-1) !== bytes.lineFeed };
}
