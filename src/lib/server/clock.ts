/** Up to this difference, in ms, a server goes by its own clock: synchronized ones are some ms apart. */
const tolerance = 2_000;

/**
 * The time that all servers on one database share. It is this machine's own as long as that agrees with PostgreSQL's, and
 * PostgreSQL's otherwise, also from the moment at which this machine's jumps.
 */
export class Clock {
	/** What to add to `performance.now()`, which never jumps, for PostgreSQL's time; null until it was asked. */
	#offset: number | null = null;
	readonly #own: () => number;
	readonly #monotonic: () => number;

	constructor(own = Date.now, monotonic = () => performance.now()) {
		this.#own = own;
		this.#monotonic = monotonic;
	}

	/** Notes what PostgreSQL's clock says (epoch ms), asked at a `performance.now()` and answered just now. */
	learn(theirs: number, askedAt: number): void {
		const answeredAt = this.#monotonic();
		// Asked on a busy connection: the earlier answer is closer.
		if (this.#offset !== null && answeredAt - askedAt > tolerance / 2) return;
		this.#offset = theirs - (askedAt + answeredAt) / 2;
	}

	/** How far this machine's clock is ahead of PostgreSQL's, in ms. */
	get aheadMs(): number {
		return this.#offset === null ? 0 : Math.round(this.#own() - this.#theirs(this.#offset));
	}

	/** Whether this machine's clock is so far off that PostgreSQL's is used. */
	get isOff(): boolean {
		return Math.abs(this.aheadMs) > tolerance;
	}

	/** Epoch ms. */
	now(): number {
		const own = this.#own();
		if (this.#offset === null) return own;
		const theirs = Math.floor(this.#theirs(this.#offset));
		return Math.abs(own - theirs) <= tolerance ? own : theirs;
	}

	#theirs(offset: number): number {
		return this.#monotonic() + offset;
	}
}
