/** How many items and how many bytes of them a tail remembers. */
const mostItems = 5_000;
const mostBytes = 1024 * 1024;

/** The newest items of a stream without a gap, so that a reader slightly behind the tip costs no query. */
export class Recent<Item> {
	#items: { item: Item; cursor: number; bytes: number }[] = [];
	#bytes = 0;
	/** Every item after this cursor, up to the tip, is here. */
	#since: number;

	constructor(tip: number) {
		this.#since = tip;
	}

	/** Adds the next items of the stream and forgets the oldest past the bounds. */
	push(items: readonly Item[], cursorOf: (item: Item) => number, bytesOf: (item: Item) => number): void {
		for (const item of items) {
			const bytes = bytesOf(item);
			this.#items.push({ item, cursor: cursorOf(item), bytes });
			this.#bytes += bytes;
		}
		this.#forget();
	}

	#forget(): void {
		let forgotten = 0;
		while (this.#items.length - forgotten > mostItems || this.#bytes > mostBytes) {
			const oldest = this.#items[forgotten++];
			if (!oldest) break;
			this.#bytes -= oldest.bytes;
			this.#since = oldest.cursor;
		}
		if (forgotten > 0) this.#items.splice(0, forgotten);
	}

	/**
	 * At most `limit` items after the cursor; null if they reach further back than is remembered, or if the cursor lies within
	 * an item, as an offset may in a piece of a log: only the source can give the rest of one.
	 */
	after(cursor: number, limit: number): Item[] | null {
		if (cursor < this.#since) return null;
		const start = this.#firstAfter(cursor);
		const before = start === 0 ? this.#since : this.#items[start - 1]?.cursor;
		if (before !== cursor) return null;
		return this.#items.slice(start, start + limit).map(({ item }) => item);
	}

	#firstAfter(cursor: number): number {
		let low = 0;
		for (let high = this.#items.length; low < high;) {
			const middle = (low + high) >> 1;
			if ((this.#items[middle]?.cursor ?? Infinity) > cursor) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}
