import { Memory } from './memory.ts';
import { Spool } from './spool.ts';

const mebibyte = 1024 * 1024;

/** In bytes. A log may have 100 MiB (API.md, Limits): a little more is kept, so that it is the server that ends it. */
const limits = { memory: 8 * mebibyte, all: 101 * mebibyte };

/**
 * The part of the log that the server has not acknowledged, from offset `start` to `end`: in memory, and in a temporary file
 * for whatever exceeds the memory limit.
 */
export class Outbox {
	readonly #limits: typeof limits;
	#kept: Memory | Spool = new Memory();
	#start = 0;
	#fault: string | null = null;

	constructor(given: typeof limits = limits) {
		this.#limits = given;
	}

	get start(): number {
		return this.#start;
	}

	get end(): number {
		return this.#start + this.unsent;
	}

	get unsent(): number {
		return this.#kept.size;
	}

	/** Why later bytes are not kept, if so: a log has no gaps, so nothing follows the first byte left out. */
	get fault(): string | null {
		return this.#fault;
	}

	append(bytes: Uint8Array): void {
		if (this.#fault !== null) return;
		if (this.unsent + bytes.length > this.#limits.all) {
			this.#fault = `more than ${Math.floor(this.#limits.all / mebibyte)} MiB of it were waiting`;
			return;
		}
		try {
			if (this.unsent + bytes.length > this.#limits.memory) this.#spill();
			this.#kept.append(bytes);
		} catch (error) {
			this.#fault = `it could not be kept on disk (${(error as Error).message})`;
		}
	}

	/** At most `max` bytes from `start`. */
	read(max: number): Uint8Array<ArrayBuffer> {
		return this.#kept.read(max);
	}

	/** The server has everything before `offset`. False if that cannot be: it is outside what is kept. */
	confirm(offset: number): boolean {
		if (offset < this.#start || offset > this.end) return false;
		this.#kept.drop(offset - this.#start);
		this.#start = offset;
		if (this.unsent === 0 && this.#kept instanceof Spool) this.#replace(new Memory());
		return true;
	}

	close(): void {
		this.#replace(new Memory());
	}

	#spill(): void {
		if (this.#kept instanceof Spool) return;
		const spool = new Spool();
		spool.append(this.#kept.read(this.unsent));
		this.#replace(spool);
	}

	#replace(kept: Memory | Spool): void {
		this.#kept.close();
		this.#kept = kept;
	}
}
