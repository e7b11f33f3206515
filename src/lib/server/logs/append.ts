import type { NewEntry } from '../../log/entry.ts';
import type { Chunk } from './chunks/chunk.ts';

/** What is known of a request before its commit. */
export interface Report {
	accepted: number;
	rejected: number;
	errors?: { index: number; reason: string }[];
}

/** The answer to a request after its commit. */
export interface Answer extends Report {
	first_seq: number;
	last_seq: number;
}

/** The lines of one request. They get consecutive numbers in this order. */
export interface Append {
	org: string;
	/** At least one, unless they come as chunks. */
	entries: readonly NewEntry[];
	/** The lines instead, if they were encoded before. */
	chunks?: readonly Chunk[] | undefined;
	/** Counts the lines as `accepted`. */
	report: Report;
	/** The request's weight in the queue. */
	bytes: number;
	idempotencyKey: string | null;
}

/** What encoded lines take in memory, in bytes. */
export function weightOf(chunks: readonly Chunk[]): number {
	let bytes = 0;
	for (const { head, messages, attributes, counts, grams } of chunks)
		for (const part of [head, messages, attributes, counts, grams]) bytes += part?.length ?? 0;
	return bytes;
}
