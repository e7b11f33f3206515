/** Numbers of lines from the first to the last, both included. */
export type Range = readonly [first: number, last: number];

/** A set of line numbers as ranges, the lowest first, of which no two touch. */
export class Ranges {
	#all: Range[];

	/** `ranges` must be such a row. */
	constructor(ranges: readonly Range[] = []) {
		this.#all = [...ranges];
	}

	get all(): readonly Range[] {
		return this.#all;
	}

	/** Adds a range, which may overlap others. */
	add([first, last]: Range): void {
		const begin = this.#indexOf(first - 1);
		let end = begin;
		for (let next = this.#all[end]; next && next[0] <= last + 1; next = this.#all[++end]) {
			first = Math.min(first, next[0]);
			last = Math.max(last, next[1]);
		}
		this.#all.splice(begin, end - begin, [first, last]);
	}

	has(seq: number): boolean {
		const range = this.#all[this.#indexOf(seq)];
		return range !== undefined && range[0] <= seq;
	}

	/** How many numbers of a range are in it. */
	countIn([first, last]: Range): number {
		let count = 0;
		for (
			let at = this.#indexOf(first), next = this.#all[at];
			next && next[0] <= last;
			next = this.#all[++at]
		) {
			count += Math.min(last, next[1]) - Math.max(first, next[0]) + 1;
		}
		return count;
	}

	/** The index of the first range that ends with `seq` or later. */
	#indexOf(seq: number): number {
		let [low, high] = [0, this.#all.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#all[middle] as Range)[1] < seq) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
