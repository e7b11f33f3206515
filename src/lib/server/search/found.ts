import type { Place } from './order.ts';

/** A matching line. */
export interface Found {
	seq: number;
	/** Epoch milliseconds. */
	time: number;
	/** As the API gives it. */
	json: string;
}

/** Matching lines in the order of a search, in a form that goes from thread to thread without being copied. */
export interface FoundLines {
	seqs: Float64Array;
	times: Float64Array;
	/** Where each line's JSON ends in `bytes`, its line feed included. */
	ends: Uint32Array;
	/** The JSON of each, with a line feed after it, in UTF-8. */
	bytes: Uint8Array;
}

export const none = (): FoundLines => ({
	seqs: new Float64Array(),
	times: new Float64Array(),
	ends: new Uint32Array(),
	bytes: new Uint8Array()
});

/** A line of some FoundLines, which are kept as long as it is. */
export class FoundLine implements Found, Place {
	readonly seq: number;
	readonly time: number;
	readonly rank: number;
	readonly tie: number;
	readonly #bytes: Buffer;
	readonly #start: number;
	readonly #end: number;

	constructor(lines: FoundLines, index: number, { rank, tie }: Place) {
		const { buffer, byteOffset, byteLength } = lines.bytes;
		this.seq = lines.seqs[index] as number;
		this.time = lines.times[index] as number;
		this.rank = rank;
		this.tie = tie;
		this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
		this.#start = index === 0 ? 0 : (lines.ends[index - 1] as number);
		this.#end = lines.ends[index] as number;
	}

	get json(): string {
		return this.#bytes.toString('utf8', this.#start, this.#end - 1);
	}

	/** The lines' JSON, each with a line feed, as few pieces of bytes. */
	static ndjson(lines: readonly FoundLine[]): Uint8Array[] {
		const pieces: Uint8Array[] = [];
		for (let first = 0; first < lines.length;) {
			let last = first;
			for (let next = lines[last + 1]; next && next.#follows(lines[last]); next = lines[last + 1]) last++;
			const [from, to] = [lines[first] as FoundLine, lines[last] as FoundLine];
			pieces.push(from.#bytes.subarray(from.#start, to.#end));
			first = last + 1;
		}
		return pieces;
	}

	#follows(other: FoundLine | undefined): boolean {
		return other !== undefined && this.#bytes.buffer === other.#bytes.buffer && this.#start === other.#end;
	}
}

/** Where lines are written before their size is known: new memory costs more than the writing. */
let scratch = Buffer.allocUnsafeSlow(1024 * 1024);

/** Collects lines for another thread. */
export class FoundWriter {
	readonly #seqs: number[] = [];
	readonly #times: number[] = [];
	readonly #ends: number[] = [];
	#length = 0;

	add(seq: number, time: number, json: string): void {
		this.#reserve(3 * json.length + 1);
		this.#length += scratch.write(json, this.#length);
		scratch[this.#length++] = lineFeed;
		this.#seqs.push(seq);
		this.#times.push(time);
		this.#ends.push(this.#length);
	}

	/** All that were added. Nothing else may be written in between. */
	lines(): FoundLines {
		return {
			seqs: Float64Array.from(this.#seqs),
			times: Float64Array.from(this.#times),
			ends: Uint32Array.from(this.#ends),
			bytes: Uint8Array.prototype.slice.call(scratch, 0, this.#length)
		};
	}

	#reserve(more: number): void {
		if (this.#length + more <= scratch.length) return;
		const larger = Buffer.allocUnsafeSlow(2 * (this.#length + more));
		scratch.copy(larger, 0, 0, this.#length);
		scratch = larger;
	}
}

const lineFeed = 0x0a;
