import * as sequences from '../../../log/sequences.ts';
import type { ChunkLine } from './line.ts';

/**
 * Which runs of four bytes occur in the text of a chunk, as a Bloom filter of one hash: a search for a text leaves out chunks that
 * lack one of its runs. The text is what filters read: messages without escape sequences, and the JSON of attributes, each in
 * lower case, in UTF-8. A run gives `hash & (bits - 1)`.
 */

/** Bits of the largest filter, of 32 KiB: a third of them are set by a full chunk of usual lines. */
export const mostBits = 1 << 18;
const fewestBits = 1 << 10;
/** How many of a filter's bits may be set before a larger one is taken. */
const mostFilled = 0.4;
/** Bytes of a run. */
const width = 4;

/** The filter of some lines: a power of two of bits, as small as fits. */
export function build(lines: readonly ChunkLine[]): Buffer {
	let filter: Buffer = Buffer.alloc(mostBits / 8);
	for (const { message, attributes } of lines) {
		add(filter, lower(sequences.strip(message)));
		if (attributes !== '{}') add(filter, lower(attributes));
	}
	for (let half = halved(filter); isSparse(half) && half.length * 8 >= fewestBits; half = halved(filter))
		filter = half;
	return filter;
}

const lower = (text: string) => Buffer.from(text.toLowerCase());

function add(filter: Buffer, text: Buffer): void {
	let run = 0;
	for (let at = 0; at < text.length; at++) {
		run = (run << 8) | (text[at] as number);
		if (at < width - 1) continue;
		const bit = hash(run) & (mostBits - 1);
		filter[bit >> 3] = (filter[bit >> 3] as number) | (1 << (bit & 7));
	}
}

/** Multiplicative hashing (Knuth, 6.4), with the high bits folded into the low ones, which are used. */
function hash(run: number): number {
	const mixed = Math.imul(run, 0x9e3779b1);
	return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The filter of half the size: a run's bit is the same but for the highest. */
function halved(filter: Buffer): Buffer {
	const size = filter.length / 2;
	const half = Buffer.from(filter.subarray(0, size));
	for (let at = 0; at < size; at++) half[at] = (half[at] as number) | (filter[size + at] as number);
	return half;
}

function isSparse(filter: Buffer): boolean {
	let set = 0;
	for (const byte of filter) for (let bits = byte; bits > 0; bits &= bits - 1) set++;
	return set <= filter.length * 8 * mostFilled;
}

/**
 * The hashes of a text that is searched for, each once; a filter that lacks one of them belongs to a chunk without the text. Which of
 * its two forms a sigma has in the chunk is not known: runs with one are left out.
 */
export function hashesOf(text: string): number[] {
	const hashes = new Set<number>();
	for (const bytes of text.toLowerCase().split(/[σς]/).map(lower))
		for (let at = 0; at + width <= bytes.length; at++) hashes.add(hash(bytes.readInt32BE(at)));
	return [...hashes];
}

/** Whether a chunk with this filter may have a line with all these hashes. */
export function mayHave(filter: Buffer, hashes: readonly number[]): boolean {
	const mask = filter.length * 8 - 1;
	return hashes.every((hash) => ((filter[(hash & mask) >> 3] as number) >> (hash & 7)) & 1);
}
