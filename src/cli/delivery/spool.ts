import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Like Memory, but in a temporary file without a name, so that nothing is left behind however we end. */
export class Spool {
	readonly #file = openUnnamed();
	#from = 0;
	#to = 0;

	get size(): number {
		return this.#to - this.#from;
	}

	/** Throws when the disk is full; what was appended before stays whole. */
	append(bytes: Uint8Array): void {
		let written = 0;
		while (written < bytes.length) {
			written += writeSync(this.#file, bytes, written, bytes.length - written, this.#to + written);
		}
		this.#to += bytes.length;
	}

	read(max: number): Uint8Array<ArrayBuffer> {
		const bytes = new Uint8Array(Math.min(max, this.size));
		const count = readSync(this.#file, bytes, 0, bytes.length, this.#from);
		return bytes.subarray(0, count);
	}

	drop(count: number): void {
		this.#from += count;
		if (this.#from < this.#to) return;
		ftruncateSync(this.#file);
		this.#from = this.#to = 0;
	}

	close(): void {
		closeSync(this.#file);
	}
}

function openUnnamed(): number {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-'));
	try {
		return openSync(join(folder, 'log'), 'wx+', 0o600);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
