import type { Address } from './deploy.ts';
import type { Upkeep } from './store.ts';

export interface LeaseOptions {
	upkeep: Upkeep;
	/** How long a running deploy may be silent, in ms. */
	leaseMs: number;
	/** The deploys that became interrupted. */
	oninterrupted(addresses: Address[]): void;
	onfailed(error: unknown): void;
	/** After how many ms to look again while no deploy runs, in case another server began one; null: there is no other. */
	idleMs: number | null;
}

/** When to look again after the database could not be queried, in ms. */
const retryAfter = 1_000;

/** Makes silent running deploys `interrupted`. On the only server there is, its timer runs only while a deploy does. */
export class Leases {
	readonly #options: LeaseOptions;
	#timer: NodeJS.Timeout | null = null;
	/** Whether the timer waits for another server's deploys only. */
	#isPatient = false;
	#running: Promise<void> | null = null;
	/** Whether a deploy began while it looked. */
	#again = false;
	#closed = false;

	constructor(options: LeaseOptions) {
		this.#options = options;
	}

	/** Says that a deploy may be running: one was created or revived, or the server starts, when all are judged at once. */
	wake(): void {
		if (this.#closed) return;
		if (this.#running) return void (this.#again = true);
		if (this.#timer && this.#isPatient) clearTimeout(this.#timer);
		else if (this.#timer) return;
		this.#look();
	}

	/** Resolves when the look under way has ended. */
	async close(): Promise<void> {
		this.#closed = true;
		if (this.#timer) clearTimeout(this.#timer);
		await this.#running;
	}

	#look(): void {
		this.#timer = null;
		this.#running = this.#check().finally(() => (this.#running = null));
	}

	async #check(): Promise<void> {
		let wait: number | null;
		do {
			this.#again = false;
			wait = await this.#interruptSilent();
		} while (this.#again && !this.#closed);
		const { idleMs } = this.#options;
		this.#isPatient = wait === null;
		const until = wait ?? idleMs;
		if (until === null || this.#closed) return;
		// No deploy's next lease ends before that of one that has been silent longer: one timer is enough.
		this.#timer = setTimeout(() => this.#look(), until).unref();
	}

	/** Returns after how many ms the next lease ends, null if no deploy runs. */
	async #interruptSilent(): Promise<number | null> {
		const { upkeep, leaseMs, oninterrupted, onfailed } = this.#options;
		try {
			const interrupted = await upkeep.interruptSilent(leaseMs);
			if (interrupted.length > 0) oninterrupted(interrupted);
			const silence = await upkeep.longestSilence();
			return silence === null ? null : Math.max(1, leaseMs + 1 - silence);
		} catch (error) {
			onfailed(error);
			return retryAfter;
		}
	}
}
