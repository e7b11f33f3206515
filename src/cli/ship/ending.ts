import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';

/** Bytes that are kept: a line or two, which a file that is written anew has not at the same place. */
const length = 256;
/** All files are compared in it, one after the other. */
const buffer = Buffer.allocUnsafeSlow(length);

/** The last bytes that were read of a file. */
export class Ending {
	readonly #bytes = Buffer.allocUnsafeSlow(length);
	#length = 0;

	/** Those that were read after the ones before. */
	add(bytes: Buffer): void {
		const last = bytes.subarray(-length);
		const kept = Math.min(this.#length, length - last.length);
		this.#bytes.copyWithin(0, this.#length - kept, this.#length);
		last.copy(this.#bytes, kept);
		this.#length = kept + last.length;
	}

	/** Those before this offset, instead of the ones before. */
	read(file: number, at: number): void {
		this.#length = readSync(file, this.#bytes, 0, Math.min(length, at), Math.max(0, at - length));
	}

	/** Whether a file has them before this offset. */
	isIn(file: number, at: number): boolean {
		const count = readSync(file, buffer, 0, this.#length, at - this.#length);
		return count === this.#length && buffer.compare(this.#bytes, 0, count, 0, count) === 0;
	}
}
