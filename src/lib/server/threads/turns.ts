/** A queue in which those who have something waiting take turns, so that nobody waits for all that another one has. */
export class Turns<Item> {
	/** What each has waiting, in the order of their turns. */
	readonly #queues = new Map<string, Item[]>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	add(turn: string, item: Item): void {
		const queue = this.#queues.get(turn);
		if (queue) queue.push(item);
		else this.#queues.set(turn, [item]);
		this.#size++;
	}

	/** Takes the next one's oldest item, who then comes last. */
	take(): Item | undefined {
		const next = this.#queues.entries().next().value;
		if (!next) return undefined;
		const [turn, queue] = next;
		const item = queue.shift();
		this.#queues.delete(turn);
		if (queue.length > 0) this.#queues.set(turn, queue);
		this.#size--;
		return item;
	}

	/** Takes an item out, if it is still waiting. */
	remove(turn: string, item: Item): void {
		const queue = this.#queues.get(turn);
		const at = queue?.indexOf(item) ?? -1;
		if (!queue || at === -1) return;
		queue.splice(at, 1);
		if (queue.length === 0) this.#queues.delete(turn);
		this.#size--;
	}
}
