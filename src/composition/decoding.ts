import type { Decoded, Refusal, Sending } from '../lib/server/ingest/protocols/decoded.ts';
import { decoders } from '../lib/server/ingest/protocols/decoders.ts';
import type { Format } from '../lib/server/ingest/protocols/format.ts';
import { Malformed } from '../lib/server/ingest/protocols/malformed.ts';
import type { Repaired } from '../lib/server/ingest/taking.ts';
import type { Report } from '../lib/server/logs/append.ts';
import type { Chunk } from '../lib/server/logs/chunks/chunk.ts';
import { chunksOf } from '../lib/server/logs/entries.ts';
import type { NewEntry } from '../lib/log/entry.ts';

/** A body and what it takes to read it, for a thread. */
export interface Job extends Omit<Sending, 'bytes'> {
	format: Format;
	bytes: Uint8Array;
}

/** The lines of a body, or as chunks if a thread has encoded them, and what became of them. */
export interface Received {
	entries: readonly NewEntry[];
	chunks?: readonly Chunk[];
	report: Report;
	repaired: Repaired;
	/** What else the decoder has to say to who answers. */
	told?: unknown;
}

/** How many rejections an answer lists (API.md). */
const mostErrors = 20;

/** Items of one request, at most: a body could hold 32 million of two bytes, which would keep a thread busy for minutes. */
export const mostItems = 1_000_000;

/** Decodes a body where it is called. */
export function decodeHere(job: Job): Received | Refusal {
	const decoded = decoders[job.format](sendingOf(job));
	if ('status' in decoded) return decoded;
	const report: Report = { accepted: 0, rejected: 0 };
	const repaired: Repaired = { shortened: 0, undated: 0 };
	try {
		const entries = [...noting(repaired, accepted(decoded, report))];
		return { entries, report, repaired, told: decoded.told };
	} catch (error) {
		return refusalOf(error);
	}
}

/**
 * Decodes a body as far as the bytes that the store writes, a slice after the other, so that what it takes in memory does not depend
 * on how many lines there are. A chunk that is full is sealed already.
 */
export async function decodeAndEncode(job: Job): Promise<Received | Refusal> {
	const decoded = decoders[job.format](sendingOf(job));
	if ('status' in decoded) return decoded;
	const report: Report = { accepted: 0, rejected: 0 };
	const repaired: Repaired = { shortened: 0, undated: 0 };
	const chunks: Chunk[] = [];
	try {
		for (const slice of slices(noting(repaired, accepted(decoded, report))))
			chunks.push(...(await chunksOf(slice, job.now, 'seal')));
	} catch (error) {
		return refusalOf(error);
	}
	return { entries: [], chunks, report, repaired, told: decoded.told };
}

/** What is found only midway, when nothing is stored yet. */
function refusalOf(error: unknown): Refusal {
	if (error instanceof Malformed)
		return { status: 400, detail: `The body cannot be read: ${error.message}. Nothing was accepted.` };
	if (error instanceof TooMany) return { status: 413, detail: error.message };
	throw error;
}

class TooMany extends Error {}

function sendingOf({ bytes, ...rest }: Job): Sending {
	return { ...rest, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The entries, while the report counts them and what is rejected. */
function* accepted({ items }: Decoded, report: Report): Generator<NewEntry> {
	for (const item of items) {
		if (report.accepted + report.rejected === mostItems) throw new TooMany(tooMany);
		if (typeof item !== 'string') {
			report.accepted += 1;
			yield item;
			continue;
		}
		if (report.rejected < mostErrors) {
			const error = { index: report.accepted + report.rejected, reason: item };
			(report.errors ??= []).push(error);
		}
		report.rejected += 1;
	}
}

/** The same entries, while it is counted what was repaired: the attributes say so. */
function* noting(repaired: Repaired, entries: Iterable<NewEntry>): Generator<NewEntry> {
	for (const entry of entries) {
		const { attributes } = entry;
		if (attributes.length > 2) {
			if (attributes.includes('"truncated_bytes":')) repaired.shortened += 1;
			if (attributes.includes('"original_time":')) repaired.undated += 1;
		}
		yield entry;
	}
}

const tooMany = `The request has more than ${mostItems.toLocaleString('en')} entries: send them in several requests.`;

/** What is encoded at once: several full chunks, and a bounded share of a thread's memory. */
const sliceLines = 32_768;
const sliceUnits = 16 * 1024 * 1024;

function* slices(entries: Iterable<NewEntry>): Generator<NewEntry[]> {
	let slice: NewEntry[] = [];
	let units = 0;
	for (const entry of entries) {
		slice.push(entry);
		units += entry.message.length + entry.attributes.length;
		if (slice.length < sliceLines && units < sliceUnits) continue;
		yield slice;
		slice = [];
		units = 0;
	}
	if (slice.length > 0) yield slice;
}
