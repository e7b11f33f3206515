import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeployBuffer } from './buffer.ts';
import { pacer } from './pace.ts';
import type { Address } from './deploy.ts';
import type { Old, RemovalStore } from './store.ts';

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

	/** The organizations that have deploys. */
	organizations(): Promise<string[]> {
		return this.#store.organizations();
	}

	/** Removes everything of an organization; resolves when it is gone, or this is closed. */
	run(org: string): Promise<void> {
		return this.#once(org, () => this.#store.oldestOf(org));
	}

	/** Removes what was taken away before; resolves when it is gone, or this is closed. */
	runAside(): Promise<void> {
		return this.#once('', () => this.#store.oldestAside());
	}

	#once(name: string, next: () => Promise<Address | null>): Promise<void> {
		const running =
			this.#running.get(name) ?? this.#removeAll(next).finally(() => this.#running.delete(name));
		this.#running.set(name, running);
		return running;
	}

	/**
	 * Removes an organization's deploys past its retention, never a running one. Each is gone for everyone at once, and its log
	 * is deleted afterwards. Returns how many there were.
	 */
	async removeOld(org: string, kept: Kept): Promise<number> {
		const rest = pacer();
		let removed = 0;
		let after: string | null = null;
		while (!this.#closed) {
			const old: Old[] = await this.#store.endedBefore(org, kept.since, after, batch);
			for (const one of old) {
				if (this.#closed) break;
				if ((await this.#store.hasNewer(org, one, kept.newest)) && (await this.#takeAway(org, one.id)))
					removed++;
				await rest();
			}
			after = old.at(-1)?.id ?? after;
			if (old.length < batch) break;
		}
		await this.runAside();
		return removed;
	}

	async #takeAway(org: string, id: string): Promise<boolean> {
		const isAside = await this.#store.setAside(org, id);
		if (isAside) this.#buffer.forget(org, id);
		return isAside;
	}

	/** Stops after the current transactions. */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.allSettled(this.#running.values()); // each caller learns of its own failure
	}

	async #removeAll(next: () => Promise<Address | null>): Promise<void> {
		await nextTurn(); // so that it has been noted
		for (let one = await next(); one !== null; one = await next()) {
			while (!this.#closed && (await this.#store.shorten(one))) await nextTurn();
			if (this.#closed) return;
			this.#buffer.forget(one.org, one.id);
			await this.#store.remove(one);
			await nextTurn();
		}
	}
}
