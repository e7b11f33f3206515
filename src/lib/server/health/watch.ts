import type { Outage } from '../../log/outage.ts';

/** How often to check while all is well, and while something is not, in ms. */
const calmly = 5_000;
const closely = 250;
/** A shorter outage is not reported, in ms: a restart takes 200 to 250. */
const grace = 1_000;
/** How long requests under way get before an outage makes us give them up, in ms. */
const patience = 3_000;

/** A request's error during an outage. */
export class Unavailable extends Error {
	readonly outage: Outage;
	constructor(outage: Outage) {
		super(`not available: ${outage.outage}`);
		this.outage = outage;
	}
}

interface Waiting {
	since: number;
	giveUp(error: Unavailable): void;
}

/**
 * Checks what requests need, and reports when it is missing, since when, and when it is back. `find` returns what is wrong now,
 * and never rejects; `changed` is told of each change.
 */
export class Watch {
	readonly #find: () => Promise<Outage['outage'] | null>;
	readonly #changed: (outage: Outage | null) => void;
	readonly #waiting = new Set<Waiting>();
	#outage: Outage | null = null;
	#suspected: { what: Outage['outage']; at: Date } | null = null;
	#isDoubted = false;
	#wake = () => {};
	#closed = false;

	constructor(find: () => Promise<Outage['outage'] | null>, changed: (outage: Outage | null) => void) {
		this.#find = find;
		this.#changed = changed;
	}

	/** Begins to look; it goes on until it is closed. */
	start(): void {
		void this.#run();
	}

	/** The current outage. */
	get outage(): Outage | null {
		return this.#outage;
	}

	/** Reports a failure: triggers a check at once. */
	doubt(): void {
		this.#isDoubted = true;
		this.#wake();
	}

	/** Takes a fresh finding, by this watch or another check. */
	note(what: Outage['outage'] | null): void {
		if (what === null) this.#suspected = null;
		else if (this.#suspected?.what !== what) this.#suspected = { what, at: new Date() };
		const { at } = this.#suspected ?? {};
		if (what === (this.#outage?.outage ?? null)) return;
		if (what !== null && at && Date.now() - at.getTime() < grace) return;
		this.#outage = what === null || !at ? null : { outage: what, since: at.toISOString() };
		this.#changed(this.#outage);
	}

	/** The result of `work`; rejects with Unavailable if it takes over 3 s during an outage. */
	async whileAvailable<T>(work: Promise<T>): Promise<T> {
		const { promise, reject } = Promise.withResolvers<never>();
		const waiting = { since: performance.now(), giveUp: reject };
		this.#waiting.add(waiting);
		try {
			return await Promise.race([work, promise]);
		} finally {
			this.#waiting.delete(waiting);
		}
	}

	close(): void {
		this.#closed = true;
		this.#wake();
	}

	async #run(): Promise<void> {
		while (!this.#closed) {
			this.#isDoubted = false;
			this.note(await this.#find());
			this.#giveUp();
			await this.#pause(this.#suspected ? closely : calmly);
		}
	}

	#giveUp(): void {
		if (this.#outage?.outage !== 'database') return;
		const before = performance.now() - patience;
		for (const { since, giveUp } of this.#waiting) if (since < before) giveUp(new Unavailable(this.#outage));
	}

	/** A doubt ends only a calm pause: during close checks many doubts make it no more frequent. */
	#pause(ms: number): Promise<void> {
		if (ms === calmly && this.#isDoubted) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms).unref();
			this.#wake = () => {
				if (ms !== calmly && !this.#closed) return;
				clearTimeout(timer);
				resolve();
			};
		});
	}
}
