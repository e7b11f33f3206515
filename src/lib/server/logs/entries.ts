import type { NewEntry } from '../../log/entry.ts';
import * as chunk from './chunks/chunk.ts';
import type { ChunkLine } from './chunks/line.ts';

/** Entries that arrived at a time (epoch ms) as chunks, in their order. An entry without a time happened when it arrived. */
export function chunksOf(entries: readonly NewEntry[], arrived: number): Promise<chunk.Chunk[]> {
	const lines = entries.map((entry): ChunkLine => ({
		...entry,
		time: entry.time ?? arrived,
		received_at: arrived
	}));
	return Promise.all(chunk.cut(lines).map((run) => chunk.encode(run, 1)));
}
