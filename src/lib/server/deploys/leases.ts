import type { Address } from './deploy.ts';
import type { UpkeepStore } from './upkeep-store.ts';

export interface LeaseOptions {
	upkeep: UpkeepStore;
	/** How long a running deploy may be silent, in ms. */
	leaseMs: number;
	/** The deploys that became interrupted. */
	oninterrupted(addresses: Address[]): void;
	onfailed(error: unknown): void;
}

/** When to look again after the database could not be queried, in ms. */
const retryAfter = 1_000;

/** Makes silent running deploys `interrupted`. Its timer runs only while a deploy does. */
export class Leases {
	readonly #options: LeaseOptions;
	#timer: NodeJS.Timeout | null = null;
	#closed = false;

	constructor(options: LeaseOptions) {
		this.#options = options;
	}

	/** Says that a deploy may be running: one was created or revived, or the server starts, when all are judged at once. */
	wake(): void {
		if (!this.#timer && !this.#closed) this.#check();
	}

	close(): void {
		this.#closed = true;
		if (this.#timer) clearTimeout(this.#timer);
	}

	#check(): void {
		this.#timer = null;
		const wait = this.#interruptSilent();
		// No deploy's next lease ends before that of one that has been silent longer: one timer is enough.
		if (wait !== null) this.#timer = setTimeout(() => this.#check(), wait).unref();
	}

	/** Returns after how many ms the next lease ends, null if no deploy runs. */
	#interruptSilent(): number | null {
		const { upkeep, leaseMs, oninterrupted, onfailed } = this.#options;
		try {
			const interrupted = upkeep.interruptSilent(Date.now() - leaseMs);
			if (interrupted.length > 0) oninterrupted(interrupted);
			const heard = upkeep.longestSilent();
			return heard === null ? null : Math.max(1, heard + leaseMs + 1 - Date.now());
		} catch (error) {
			onfailed(error);
			return retryAfter;
		}
	}
}
