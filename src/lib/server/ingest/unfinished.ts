/** The beginning of a frame whose end has not arrived. It grows by doubling, so that many small fragments cost no more than few. */
export class Unfinished {
	#bytes: Buffer = Buffer.alloc(0);
	#length = 0;

	/** Bytes. */
	get length(): number {
		return this.#length;
	}

	/** What is unfinished and what follows it, in one piece. The piece is valid until the next call. */
	with(chunk: Buffer): Buffer {
		if (this.#length === 0) return chunk;
		const needed = this.#length + chunk.length;
		if (needed > this.#bytes.length) {
			const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#length));
			this.#bytes.copy(larger, 0, 0, this.#length);
			this.#bytes = larger;
		}
		chunk.copy(this.#bytes, this.#length);
		return this.#bytes.subarray(0, needed);
	}

	/** Keeps the end of such a piece, from a byte on. What was before that may be kept by others. */
	keep(piece: Buffer, from: number): void {
		const isOwn = piece.buffer === this.#bytes.buffer && piece.length > 0 && this.#length > 0;
		if (isOwn && from === 0) {
			this.#length = piece.length;
			return;
		}
		this.#bytes = Buffer.allocUnsafeSlow(piece.length - from);
		piece.copy(this.#bytes, 0, from);
		this.#length = this.#bytes.length;
	}

	/** Gives it away. */
	take(): Buffer {
		const bytes = this.#bytes.subarray(0, this.#length);
		this.#bytes = Buffer.alloc(0);
		this.#length = 0;
		return bytes;
	}
}
