import type { Address } from './deploy.ts';
import { pacer } from './pace.ts';
import type { Chunks, DeployStore, Upkeep } from './store.ts';

/**
 * Joins the many small chunks of ended deploys, one deploy at a time and in short transactions, so that nobody waits for it.
 * `resume` continues what a crash interrupted.
 */
export class Merger {
	readonly #chunks: Chunks;
	readonly #upkeep: Upkeep;
	readonly #onfailed: (error: unknown) => void;
	readonly #waiting: Address[] = [];
	#running: Promise<void> | null = null;
	#resuming: Promise<void> | null = null;
	#closed = false;

	constructor({ chunks, upkeep }: DeployStore, onfailed: (error: unknown) => void) {
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

	/** Continues what was left undone, by earlier runs of this server or by one that is gone. */
	resume(): Promise<void> {
		return (this.#resuming = this.#resume());
	}

	async #resume(): Promise<void> {
		for (const address of await this.#upkeep.unmerged()) this.add(address);
	}

	/** Resolves when nothing is waiting. */
	async idle(): Promise<void> {
		await this.#resuming;
		await this.#running;
	}

	/** Stops after the current transaction. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.idle();
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
		for (let offset: number | null = 0; offset !== null; offset = await this.#chunks.join(org, id, offset)) {
			await pace();
			if (this.#closed) return;
		}
		await this.#upkeep.setMerged(org, id);
	}
}
