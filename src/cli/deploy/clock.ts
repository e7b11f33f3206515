/** Pieces of a log that arrive within this many ms share one time, like those that the server flushes together. */
const step = 100;
/** Anything younger than this, in ms, counts as new on arrival. */
const worthTelling = 500;
/** In one request, so that their header stays below 4 KiB. */
const mostAges = 200;
/** The most marks kept; beyond it the step doubles, which halves them. */
const mostMarks = 20_000;

interface Mark {
	offset: number;
	at: number;
}

/** When the bytes of a log arrived, in ms of a clock that is never set. */
export class Clock {
	readonly #now: () => number;
	#marks: Mark[] = [];

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** The bytes from this offset on arrive now. */
	mark(offset: number): void {
		const at = this.#now();
		const last = this.#marks.at(-1);
		if (last && at - last.at < step) return;
		this.#marks.push({ offset, at });
		if (this.#marks.length > mostMarks) this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
	}

	/** What precedes this offset is no longer needed. */
	forget(offset: number): void {
		const covering = this.#marks.findLastIndex((mark) => mark.offset <= offset);
		if (covering > 0) this.#marks.splice(0, covering);
	}

	/**
	 * How old the bytes from `start` on are, as the header `Upload-Ages` of API.md; `length` is how many of them it covers.
	 * Null: all just now.
	 */
	ages(start: number, length: number): { ages: string | null; length: number } {
		if (length === 0) return { ages: null, length };
		const now = this.#now();
		const first = Math.max(
			0,
			this.#marks.findLastIndex(({ offset }) => offset <= start)
		);
		const marks = this.#marks.slice(first, first + mostAges);
		const end = this.#marks[first + mostAges]?.offset ?? Infinity;
		const covered = Math.min(length, end - start);
		const within = marks.filter(({ offset }) => offset < start + covered);
		const [oldest] = within;
		if (!oldest || now - oldest.at < worthTelling) return { ages: null, length: covered };
		const pairs = within.map(({ offset, at }) => `${Math.max(0, offset - start)}=${Math.round(now - at)}`);
		return { ages: pairs.join(', '), length: covered };
	}
}
