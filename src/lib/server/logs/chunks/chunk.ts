import { levelIndexOf } from '../../../log/entry.ts';
import type { Level } from './blob.ts';
import { CorruptChunk } from './bytes.ts';
import * as columns from './columns.ts';
import * as documents from './documents.ts';
import type { ChunkLine } from './line.ts';

/** The lines of a chunk as the table log_chunks stores them, and what its row says of them. */
export interface Chunk {
	lines: number;
	/** Their size as text: messages, attributes and names, in UTF-16 units. */
	bytes: number;
	/** The earliest and the latest of their times, epoch milliseconds. */
	timeFrom: number;
	timeTo: number;
	/** A bit for each level that occurs; the lowest is trace. */
	severities: number;
	/** The distinct services. */
	services: string[];
	format: 0 | 1;
	head: Buffer;
	messages: Buffer | null;
	attributes: Buffer | null;
	/** What a search leaves it out by; null unless it was sealed. */
	counts: Buffer | null;
	grams: Buffer | null;
}

/** What of a chunk's row it takes to read its lines. */
export interface StoredChunk extends Pick<Chunk, 'lines' | 'head' | 'messages' | 'attributes'> {
	format: number;
	/** When its first line was received, epoch milliseconds. */
	receivedAt: number;
}

/** What a chunk holds at most: a reader of one line decodes all of it. */
export const mostLines = 8_192;
export const mostBytes = 4 * 1024 * 1024;

/**
 * Less than this is a JSON array: three zstd frames would be no smaller, and cost a commit more than its INSERT. More text is worth
 * compressing, however few lines it has: it goes to PostgreSQL and back in hexadecimal.
 */
const fewLines = 32;
const fewBytes = 16 * 1024;

/** Lines as a chunk. They must be well-formed Unicode, and no more than `cut` gives. */
export async function encode(lines: readonly ChunkLine[], level: Level): Promise<Chunk> {
	const summary = { ...summarize(lines), counts: null, grams: null };
	if (lines.length < fewLines && summary.bytes < fewBytes && haveOneReceipt(lines)) {
		return { ...summary, format: 0, head: documents.encode(lines), messages: null, attributes: null };
	}
	return { ...summary, format: 1, ...(await columns.encode(lines, level)) };
}

const haveOneReceipt = (lines: readonly ChunkLine[]) => lines[0]?.received_at === lines.at(-1)?.received_at;

function summarize(lines: readonly ChunkLine[]) {
	const services = new Set<string>();
	const summary = { lines: lines.length, bytes: 0, timeFrom: Infinity, timeTo: -Infinity, severities: 0 };
	for (const line of lines) {
		services.add(line.service);
		summary.bytes += sizeOf(line);
		summary.timeFrom = Math.min(summary.timeFrom, line.time);
		summary.timeTo = Math.max(summary.timeTo, line.time);
		summary.severities |= 1 << levelIndexOf(line.severity);
	}
	return { ...summary, services: [...services] };
}

/** A line's size as text, as `bytes` counts it. */
export function sizeOf({ message, attributes, service, host, trace_id, span_id }: ChunkLine): number {
	const names = service.length + (host?.length ?? 0) + (trace_id?.length ?? 0) + (span_id?.length ?? 0);
	return message.length + attributes.length + names;
}

/** Cuts lines into runs that a chunk can hold, in their order. */
export function cut(lines: readonly ChunkLine[]): ChunkLine[][] {
	const runs: ChunkLine[][] = [];
	let run: ChunkLine[] = [];
	let bytes = 0;
	for (const line of lines) {
		const size = sizeOf(line);
		if (run.length === mostLines || (run.length > 0 && bytes + size > mostBytes)) {
			runs.push(run);
			run = [];
			bytes = 0;
		}
		run.push(line);
		bytes += size;
	}
	if (run.length > 0) runs.push(run);
	return runs;
}

/** The lines of a stored chunk, in their order. @throws CorruptChunk if it is damaged */
export async function decode(stored: StoredChunk): Promise<ChunkLine[]> {
	const lines = await decodeAny(stored);
	if (lines.length === stored.lines) return lines;
	throw new CorruptChunk(`has ${lines.length} lines instead of ${stored.lines}`);
}

async function decodeAny({ format, head, messages, attributes, receivedAt }: StoredChunk) {
	if (format === 0) return documents.decode(head, receivedAt);
	if (format !== 1) throw new CorruptChunk(`has the unknown format ${format}`);
	if (messages === null || attributes === null) throw new CorruptChunk('lacks its messages or attributes');
	return columns.decode({ head, messages, attributes }, receivedAt);
}
