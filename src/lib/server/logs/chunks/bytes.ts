/** What a chunk's bytes do not hold, though they should: it was damaged on its way or on the disk. */
export class CorruptChunk extends Error {
	override name = 'CorruptChunk';
}

/** Writes bytes one after the other, in a buffer that grows. */
export class ByteWriter {
	#bytes: Uint8Array;
	#length = 0;

	/** `size` is what is expected, in bytes. */
	constructor(size = 1024) {
		this.#bytes = new Uint8Array(size);
	}

	byte(value: number): void {
		this.#reserve(1);
		this.#bytes[this.#length++] = value;
	}

	/** A whole number from 0 to 2^53 - 1: seven bits a byte, the lowest first, and a mark on all but the last (LEB128). */
	whole(value: number): void {
		this.#reserve(8);
		let rest = value;
		for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128))
			this.#bytes[this.#length++] = (rest % 128) | 128;
		for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
		this.#bytes[this.#length++] = rest;
	}

	/** A whole number of either sign, up to 2^52: 0, -1, 1, -2 … become 0, 1, 2, 3 … (ZigZag). */
	signed(value: number): void {
		this.whole(value < 0 ? -2 * value - 1 : 2 * value);
	}

	bytes(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	/** A text in UTF-8, after its length in bytes. */
	text(text: string): void {
		const bytes = Buffer.from(text);
		this.whole(bytes.length);
		this.bytes(bytes);
	}

	/** All that was written; a view, valid until the next write. */
	written(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	#reserve(more: number): void {
		if (this.#length + more <= this.#bytes.length) return;
		const larger = new Uint8Array(2 * (this.#length + more));
		larger.set(this.#bytes);
		this.#bytes = larger;
	}
}

/** So many bits of a number are read in 32-bit arithmetic: nearly all numbers are smaller, and a search reads millions. */
const smallBits = 28;

/** Reads what a ByteWriter has written. Every method throws CorruptChunk past the end. */
export class ByteReader {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	byte(): number {
		const value = this.#bytes[this.#at++];
		if (value === undefined) throw new CorruptChunk('ends too early');
		return value;
	}

	whole(): number {
		let value = 0;
		for (let shift = 0; shift < smallBits; shift += 7) {
			const next = this.byte();
			value |= (next & 127) << shift;
			if (next < 128) return value;
		}
		return this.#large(value);
	}

	/** A number that goes on where 32-bit arithmetic ends. */
	#large(begun: number): number {
		let value = begun;
		for (let scale = 2 ** smallBits; ; scale *= 128) {
			const next = this.byte();
			value += (next & 127) * scale;
			if (value > Number.MAX_SAFE_INTEGER) throw new CorruptChunk('has a number that is too large');
			if (next < 128) return value;
		}
	}

	signed(): number {
		const value = this.whole();
		if (value < 2 ** smallBits) return (value >>> 1) ^ -(value & 1);
		return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
	}

	/** Fills an array with running sums of whole numbers. */
	sums(into: Uint32Array): Uint32Array {
		let sum = 0;
		for (let index = 0; index < into.length; index++) into[index] = sum += this.whole();
		return into;
	}

	/** The same of whole numbers of either sign. */
	signedSums(into: Float64Array): Float64Array {
		let sum = 0;
		for (let index = 0; index < into.length; index++) into[index] = sum += this.signed();
		return into;
	}

	bytes(length: number): Buffer {
		const end = this.#at + length;
		if (end > this.#bytes.length) throw new CorruptChunk('ends too early');
		const bytes = this.#bytes.subarray(this.#at, end);
		this.#at = end;
		return bytes;
	}

	text(): string {
		return this.bytes(this.whole()).toString('utf8');
	}

	/** @throws CorruptChunk unless everything was read */
	end(): void {
		if (this.#at !== this.#bytes.length) throw new CorruptChunk('goes on after its end');
	}
}
