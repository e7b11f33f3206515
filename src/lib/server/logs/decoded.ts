import type { ChunkLine } from './chunks/line.ts';

/** How much text is kept, in bytes as chunks count them; as objects it takes about twice as much. */
const mostBytes = 16 * 1024 * 1024;

/**
 * The lines of the chunks that were read last: a reader pages through one in several reads, and many read the same. What a key
 * stands for never changes, because lines are not changed and a number is given once.
 */
export class Decoded {
	readonly #chunks = new Map<string, { lines: Promise<ChunkLine[]>; bytes: number }>();
	#bytes = 0;

	/** Whether the lines under a key are at hand. */
	has(key: string): boolean {
		return this.#chunks.has(key);
	}

	/** The lines under a key, decoded unless they are at hand. What fails is not kept. */
	get(key: string, bytes: number, decode: () => Promise<ChunkLine[]>): Promise<ChunkLine[]> {
		const known = this.#chunks.get(key);
		if (known)
			this.#chunks.delete(key); // to be the newest again
		else this.#bytes += bytes;
		const kept = known ?? { lines: decode(), bytes };
		this.#chunks.set(key, kept);
		if (!known) kept.lines.catch(() => this.#drop(key, kept));
		this.#trim();
		return kept.lines;
	}

	#trim(): void {
		for (const [key, kept] of this.#chunks) {
			if (this.#bytes <= mostBytes || this.#chunks.size === 1) return;
			this.#drop(key, kept);
		}
	}

	#drop(key: string, kept: { bytes: number }): void {
		if (this.#chunks.get(key) !== kept) return;
		this.#chunks.delete(key);
		this.#bytes -= kept.bytes;
	}
}
