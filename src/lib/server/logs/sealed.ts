import type { Sql } from '../postgres/connect.ts';
import * as chunk from './chunks/chunk.ts';
import * as counts from './chunks/counts.ts';
import * as grams from './chunks/grams.ts';
import type { ChunkLine } from './chunks/line.ts';

/** Lines as a sealed chunk: with what a search leaves it out by. They were received on one UTC day. */
export async function seal(lines: readonly ChunkLine[]): Promise<chunk.Chunk> {
	const encoded = await chunk.encode(lines, 3);
	return { ...encoded, counts: counts.build(lines, encoded.services), grams: grams.build(lines) };
}

/** Where a chunk stands: the number of its first line, and when that was received. */
export interface Place {
	org: string;
	first_seq: number;
	received_at: Date;
}

/** Writes a chunk in place of those that its lines come from. A sealed one goes to its day, whose partition must be there. */
export async function write(
	transaction: Sql,
	{ org, first_seq, received_at }: Place,
	chunk: chunk.Chunk
): Promise<void> {
	const { lines, bytes, severities, services, counts, grams, format, head, messages, attributes } = chunk;
	// As text: postgres.js takes a date for a Date, which has no infinity.
	const day = grams ? dayOf(received_at.getTime()) : 'infinity';
	await transaction`
		INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes, severities,
			services, counts, grams, format, head, messages, attributes)
		VALUES (${org}, ${first_seq}, ${first_seq + lines - 1}, ${day}::text::date,
			${received_at}, ${new Date(chunk.timeFrom)}, ${new Date(chunk.timeTo)}, ${lines}, ${bytes}, ${severities},
			${services}::text[], ${counts}, ${grams}, ${format}, ${head}, ${messages}, ${attributes})`;
}

/** The UTC day of a time (epoch ms), as `2026-11-28`. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
