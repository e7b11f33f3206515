/** Does one round after another until it is told to stop. */
export abstract class Rounds {
	#stopped = false;
	#done: Promise<void> = Promise.resolve();

	/** Numbered from 0. */
	protected abstract round(turn: number): Promise<void>;

	protected get stopped(): boolean {
		return this.#stopped;
	}

	start(): void {
		this.#done = this.#run();
	}

	/** Resolves when the round that is under way has ended. */
	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#done;
	}

	async #run(): Promise<void> {
		for (let turn = 0; !this.#stopped; turn++) await this.round(turn);
	}
}
