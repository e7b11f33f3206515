import type { NewEntry } from '../../log/entry.ts';
import * as chunk from './chunks/chunk.ts';
import type { ChunkLine } from './chunks/line.ts';
import { seal } from './sealed.ts';

/**
 * Entries that arrived at a time (epoch ms) as chunks, in their order. An entry without a time happened when it arrived. With `seal`
 * a chunk that is full gets all that sealing gives it, and need not be written again.
 */
export function chunksOf(
	entries: readonly NewEntry[],
	arrived: number,
	full: 'seal' | 'encode' = 'encode'
): Promise<chunk.Chunk[]> {
	const lines = entries.map((entry): ChunkLine => ({
		...entry,
		time: entry.time ?? arrived,
		received_at: arrived
	}));
	const runs = chunk.cut(lines);
	const isFull = (run: readonly ChunkLine[]) => run !== runs.at(-1) || run.length === chunk.mostLines;
	return Promise.all(runs.map((run) => (full === 'seal' && isFull(run) ? seal(run) : chunk.encode(run, 1))));
}
