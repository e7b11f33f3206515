import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeployBuffer } from './buffer.ts';
import { pacer } from './pace.ts';
import { nobody, type RemovalStore } from './removal-store.ts';

/** Which deploys an organization keeps. */
export interface Kept {
	/** Epoch ms: those that ended since then … */
	since: number;
	/** … and this many newest of each service and environment. */
	newest: number;
}

/** Old deploys that one statement looks at. */
const batch = 100;

/**
 * Removes old deploys and those of deleted organizations, in short transactions that leave others room in between. The next
 * call continues what was interrupted.
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
		return this.#store.organizations().filter((org) => org !== nobody);
	}

	/** Removes everything of an organization; resolves when it is gone, or this is closed. */
	run(org: string): Promise<void> {
		const running = this.#running.get(org) ?? this.#removeAll(org).finally(() => this.#running.delete(org));
		this.#running.set(org, running);
		return running;
	}

	/**
	 * Removes an organization's deploys past its retention, never a running one. Each is gone for everyone at once, and its log
	 * is deleted afterwards. Returns how many there were.
	 */
	async removeOld(org: string, kept: Kept): Promise<number> {
		const rest = pacer();
		let [removed, after] = [0, ''];
		while (!this.#closed) {
			const old = this.#store.endedBefore(org, kept.since, after, batch);
			for (const one of old) {
				if (this.#closed) break;
				if (this.#store.hasNewer(org, one, kept.newest) && this.#takeAway(org, one.id)) removed++;
				await rest();
			}
			after = old.at(-1)?.id ?? after;
			if (old.length < batch) break;
		}
		await this.run(nobody);
		return removed;
	}

	/** In one turn, so that no append comes in between. */
	#takeAway(org: string, id: string): boolean {
		const isAside = this.#store.setAside(org, id);
		if (isAside) this.#buffer.forget(org, id);
		return isAside;
	}

	/** Stops after the current transactions. */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.allSettled(this.#running.values()); // each caller learns of its own failure
	}

	async #removeAll(org: string): Promise<void> {
		await nextTurn(); // so that `run` has noted it
		for (let id = this.#store.oldestOf(org); id !== null; id = this.#store.oldestOf(org)) {
			while (!this.#closed && this.#store.shorten(org, id)) await nextTurn();
			if (this.#closed) return;
			// In the same turn, so that no flush meets a deploy that is gone.
			this.#buffer.forget(org, id);
			this.#store.remove(org, id);
			await nextTurn();
		}
	}
}
