import { decode, type Decoded, type Refusal } from '../lib/server/ingest/decode.ts';
import type { Report } from '../lib/server/logs/append.ts';
import type { Chunk } from '../lib/server/logs/chunks/chunk.ts';
import { chunksOf } from '../lib/server/logs/entries.ts';
import type { NewEntry } from '../lib/log/entry.ts';
import type { Defaults } from '../lib/server/ingest/repair.ts';

/** A body and what it takes to read it, for a thread. */
export interface Job {
	bytes: Uint8Array;
	contentType: string | null;
	defaults: Defaults;
	/** When it arrived, epoch milliseconds. */
	now: number;
}

/** The lines of a body, or as chunks if a thread has encoded them, and what became of them. */
export interface Received {
	entries: readonly NewEntry[];
	chunks?: readonly Chunk[];
	report: Report;
}

/** How many rejections an answer lists (API.md). */
const mostErrors = 20;

/** Decodes a body where it is called. */
export function decodeHere({ bytes, contentType, defaults, now }: Job): Received | Refusal {
	const decoded = decode(bufferOf(bytes), contentType, defaults, now);
	return 'status' in decoded ? decoded : { entries: decoded.entries, report: reportOf(decoded) };
}

/** Decodes a body as far as the bytes that the store writes; a chunk that is full is sealed already. */
export async function decodeAndEncode(job: Job): Promise<Received | Refusal> {
	const decoded = decodeHere(job);
	if ('status' in decoded) return decoded;
	const chunks = await chunksOf(decoded.entries, job.now, 'seal');
	return { entries: [], chunks, report: decoded.report };
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
	Buffer.from(buffer, byteOffset, byteLength);

function reportOf({ entries, rejected }: Decoded): Report {
	const errors = rejected.length > 0 && { errors: rejected.slice(0, mostErrors) };
	return { accepted: entries.length, rejected: rejected.length, ...errors };
}
