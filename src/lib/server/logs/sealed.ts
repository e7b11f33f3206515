import type { Sql } from '../postgres/connect.ts';
import * as chunk from './chunks/chunk.ts';
import * as counts from './chunks/counts.ts';
import * as grams from './chunks/grams.ts';
import type { ChunkLine } from './chunks/line.ts';

/** A chunk that holds what it will hold: with what a search leaves it out by, in the partition of its day. */
export interface SealedChunk extends chunk.Chunk {
	first_seq: number;
	/** Epoch milliseconds. */
	receivedAt: number;
	counts: Buffer;
	grams: Buffer;
}

/** Lines as a sealed chunk. They follow each other from a number on, and were received on one UTC day. */
export async function seal(first_seq: number, lines: readonly ChunkLine[]): Promise<SealedChunk> {
	const encoded = await chunk.encode(lines, 3);
	return {
		...encoded,
		first_seq,
		receivedAt: lines[0]?.received_at ?? 0,
		counts: counts.build(lines, encoded.services),
		grams: grams.build(lines)
	};
}

/** Writes a sealed chunk. The partition of its day must be there (partitions.ensure). */
export async function write(transaction: Sql, org: string, sealed: SealedChunk): Promise<void> {
	const { lines, bytes, severities, services, format, head, messages, attributes } = sealed;
	await transaction`
		INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes, severities,
			services, counts, grams, format, head, messages, attributes)
		VALUES (${org}, ${sealed.first_seq}, ${sealed.first_seq + lines - 1}, ${dayOf(sealed.receivedAt)},
			${new Date(sealed.receivedAt)}, ${new Date(sealed.timeFrom)}, ${new Date(sealed.timeTo)}, ${lines}, ${bytes},
			${severities}, ${services}::text[], ${sealed.counts}, ${sealed.grams}, ${format}, ${head}, ${messages},
			${attributes})`;
}

/** The UTC day of a time (epoch ms), as `2026-11-28`. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
