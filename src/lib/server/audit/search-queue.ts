import pLimit from 'p-limit';

/** Concurrent search statements, so that eight of the ten connections for pages (tailrace.ts) stay free. */
const statements = 2;
/** Concurrent searches, including those waiting for their turn: of everyone, and of one organization. */
const most = 20;
const mostOfOne = 5;

/**
 * Searches scan many events, so they take turns, one statement each: one organization's search delays the searches of others by
 * one statement (about 40 ms), and pages without a search not at all.
 */
export class SearchQueue {
	readonly #limit = pLimit(statements);
	readonly #underWay = new Map<string, number>();
	#total = 0;

	/** Whether to refuse another search by this owner. */
	isFull(owner: string): boolean {
		return this.#total >= most || (this.#underWay.get(owner) ?? 0) >= mostOfOne;
	}

	/** Counts a search while it runs. */
	async during<Result>(owner: string, search: () => Promise<Result>): Promise<Result> {
		this.#count(owner, 1);
		try {
			return await search();
		} finally {
			this.#count(owner, -1);
		}
	}

	/** Runs one statement, or a few small ones, in turn. */
	run<Result>(statement: () => Promise<Result>): Promise<Result> {
		return this.#limit(statement);
	}

	#count(owner: string, change: 1 | -1): void {
		this.#total += change;
		const own = (this.#underWay.get(owner) ?? 0) + change;
		if (own === 0) this.#underWay.delete(owner);
		else this.#underWay.set(owner, own);
	}
}
