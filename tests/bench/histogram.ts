/** Resolution and reach of a histogram, in ms; what lies beyond counts as the last. */
const step = 0.05;
const most = 60_000;

/** Times in ms, in buckets of a twentieth: ten million of them cost no memory and no sorting. */
export class Histogram {
	readonly #buckets = new Uint32Array(most / step + 1);
	#count = 0;

	add(ms: number): void {
		const bucket = Math.min(this.#buckets.length - 1, Math.max(0, Math.round(ms / step)));
		this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
		this.#count++;
	}

	/** Adds what another has counted. */
	addAll(other: Histogram): void {
		for (const [bucket, count] of other.#buckets.entries())
			this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + count;
		this.#count += other.#count;
	}

	get count(): number {
		return this.#count;
	}

	/** The time in ms within which this share (0 to 1) lies; NaN when there is none. */
	quantile(share: number): number {
		let rest = share * this.#count;
		if (this.#count === 0) return NaN;
		for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
			rest -= this.#buckets[bucket] ?? 0;
			if (rest <= 0) return bucket * step;
		}
		return most;
	}
}
