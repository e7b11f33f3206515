import type { Outage } from '../log/outage.ts';

/** How often it is looked while all is well, and while something is not, in ms. */
const calmly = 5_000;
const closely = 250;
/** An outage shorter than this is nobody's concern, in ms: a restart takes 200 to 250. */
const grace = 1_000;
/** What is under way gets this long, in ms, before it is given up because of an outage. */
const patience = 3_000;

/** What a request fails with while an outage lasts. */
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
 * Looks whether what requests need is there, and says when it is not, since when, and when it is again. `find` gives what is wrong
 * now, and never rejects; `changed` is told of each change.
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
		void this.#run();
	}

	/** The outage that lasts now. */
	get outage(): Outage | null {
		return this.#outage;
	}

	/** Says that something has failed: it is looked at once. */
	doubt(): void {
		this.#isDoubted = true;
		this.#wake();
	}

	/** Takes what has been found just now, by this watch or by somebody else who looked. */
	note(what: Outage['outage'] | null): void {
		if (what === null) this.#suspected = null;
		else if (this.#suspected?.what !== what) this.#suspected = { what, at: new Date() };
		const { at } = this.#suspected ?? {};
		if (what === (this.#outage?.outage ?? null)) return;
		if (what !== null && at && Date.now() - at.getTime() < grace) return;
		this.#outage = what === null || !at ? null : { outage: what, since: at.toISOString() };
		this.#changed(this.#outage);
	}

	/** What `work` gives; rejects with Unavailable when it has taken over 3 s and an outage lasts. */
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

	/** A doubt ends a calm pause only: while it looks closely it does not look more often because of many. */
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
