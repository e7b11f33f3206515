import * as bytes from './bytes.ts';
import type { Chunk } from './chunk.ts';
import type { Chunks } from './store.ts';
import { marksOf, type Mark } from './times.ts';

/** Consecutive bytes of a log. */
export interface Slice {
	/** Of the first byte, in bytes since the start of the log. */
	offset: number;
	/** The number of the line in which the first byte lies. */
	firstLine: number;
	/** When its lines arrived; the first mark is that of the first byte. */
	marks: Mark[];
	/** At most 256 KiB, at least one byte. */
	data: Uint8Array;
}

/**
 * The log from an offset on, without gap or overlap, each slice read on demand. Meanwhile chunks may be appended or joined.
 */
export async function* walk(
	chunks: Chunks,
	org: string,
	id: string,
	from: number
): AsyncGenerator<Slice, void> {
	for (let next = from; ;) {
		const chunk = await chunks.at(org, id, next);
		if (!chunk) return;
		const slice = sliceOf(chunk, next - chunk.offset);
		next = chunk.offset + chunk.data.length;
		yield slice;
	}
}

/** A chunk without its first `skipped` bytes. */
function sliceOf(chunk: Chunk, skipped: number): Slice {
	const data = chunk.data.subarray(skipped);
	const firstLine = chunk.firstLine + bytes.countLineFeeds(chunk.data.subarray(0, skipped));
	const all = marksOf(chunk);
	const marks = all.slice(all.findLastIndex(({ line }) => line <= firstLine));
	return { offset: chunk.offset + skipped, firstLine, marks, data };
}

/**
 * The bytes of a log from `from` up to `to`, exclusive, in pieces of at most 256 KiB, each read on demand: however long the
 * log, one piece is in memory. It ends early where the log does.
 */
export async function* range(
	chunks: Chunks,
	org: string,
	id: string,
	{ from, to }: { from: number; to: number }
): AsyncGenerator<Uint8Array, void> {
	if (from >= to) return;
	for await (const { offset, data } of walk(chunks, org, id, from)) {
		yield data.subarray(0, to - offset);
		if (offset + data.length >= to) return;
	}
}
