import type { ChunkStore } from './chunk-store.ts';
import type { Address } from './deploy.ts';
import { pacer } from './pace.ts';
import type { UpkeepStore } from './upkeep-store.ts';

/**
 * Joins the many small chunks of ended deploys, one deploy at a time and in short transactions, so that nobody waits for it.
 * `resume` continues what a crash interrupted.
 */
export class Merger {
	readonly #chunks: ChunkStore;
	readonly #upkeep: UpkeepStore;
	readonly #onfailed: (error: unknown) => void;
	readonly #waiting: Address[] = [];
	#running: Promise<void> | null = null;
	#closed = false;

	constructor(chunks: ChunkStore, upkeep: UpkeepStore, onfailed: (error: unknown) => void) {
		this.#chunks = chunks;
		this.#upkeep = upkeep;
		this.#onfailed = onfailed;
	}

	/** Joins the chunks of a deploy soon. */
	add(address: Address): void {
		if (this.#closed) return;
		this.#waiting.push(address);
		this.#running ??= this.#run();
	}

	/** Continues what earlier runs of the server left undone. */
	resume(): void {
		for (const address of this.#upkeep.unmerged()) this.add(address);
	}

	/** Resolves when nothing is waiting. */
	async idle(): Promise<void> {
		await this.#running;
	}

	/** Stops after the current transaction. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#running;
	}

	async #run(): Promise<void> {
		await Promise.resolve(); // so that `#running` is set before the end of this can clear it
		for (let next = this.#waiting.shift(); next && !this.#closed; next = this.#waiting.shift()) {
			try {
				await this.#merge(next);
			} catch (error) {
				this.#onfailed(error);
			}
		}
		this.#running = null;
	}

	async #merge({ org, id }: Address): Promise<void> {
		const pace = pacer();
		for (let offset: number | null = 0; offset !== null; offset = this.#chunks.join(org, id, offset)) {
			await pace();
			if (this.#closed) return;
		}
		this.#upkeep.setMerged(org, id);
	}
}
