import { Buffer } from 'node:buffer';

/** Bytes appended and not yet dropped, in one buffer that grows and is reused. */
export class Memory {
	#bytes = Buffer.allocUnsafe(64 * 1024);
	#from = 0;
	#to = 0;

	get size(): number {
		return this.#to - this.#from;
	}

	append(bytes: Uint8Array): void {
		if (this.#to + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
		this.#bytes.set(bytes, this.#to);
		this.#to += bytes.length;
	}

	/** A copy of at most `max` of the oldest bytes. */
	read(max: number): Uint8Array<ArrayBuffer> {
		return new Uint8Array(this.#bytes.subarray(this.#from, Math.min(this.#to, this.#from + max)));
	}

	/** Forgets the oldest bytes. */
	drop(count: number): void {
		this.#from += count;
		if (this.#from === this.#to) this.#from = this.#to = 0;
	}

	close(): void {
		this.#bytes = Buffer.alloc(0);
		this.#from = this.#to = 0;
	}

	#makeRoom(count: number): void {
		const needed = this.size + count;
		// At least half is free after a move, so that a byte is moved once on average.
		const capacity = Math.max(this.#bytes.length, 2 ** Math.ceil(Math.log2(needed * 2)));
		const target = capacity === this.#bytes.length ? this.#bytes : Buffer.allocUnsafe(capacity);
		this.#bytes.copy(target, 0, this.#from, this.#to);
		this.#to = this.size;
		this.#from = 0;
		this.#bytes = target;
	}
}
