import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeployBuffer } from './buffer.ts';
import type { RemovalStore } from './removal-store.ts';

/**
 * Removes the deploys of organizations that are no more, in short transactions with room for everybody else in between. What
 * is cut short is taken up by the next call.
 */
export class Removal {
	readonly #store: RemovalStore;
	readonly #buffer: DeployBuffer;
	readonly #running = new Map<string, Promise<void>>();
	#closed = false;

	constructor(store: RemovalStore, buffer: DeployBuffer) {
		this.#store = store;
		this.#buffer = buffer;
	}

	/** The organizations that have deploys here. */
	organizations(): string[] {
		return this.#store.organizations();
	}

	/** Removes everything of an organization; resolves when it is gone, or this is closed. */
	run(org: string): Promise<void> {
		const running = this.#running.get(org) ?? this.#removeAll(org).finally(() => this.#running.delete(org));
		this.#running.set(org, running);
		return running;
	}

	/** Stops after the current transactions. */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.allSettled(this.#running.values()); // who began one is told of its failure
	}

	async #removeAll(org: string): Promise<void> {
		await nextTurn(); // so that `run` has noted it
		for (let id = this.#store.oldestOf(org); id !== null; id = this.#store.oldestOf(org)) {
			while (!this.#closed && this.#store.shorten(org, id)) await nextTurn();
			if (this.#closed) return;
			// In the same turn, so that no flush comes upon a deploy that is gone.
			this.#buffer.forget(org, id);
			this.#store.remove(org, id);
			await nextTurn();
		}
	}
}
