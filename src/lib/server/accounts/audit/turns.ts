import pLimit from 'p-limit';

/** Statements of searches at the same time, so that of the ten connections that pages have (tailrace.ts) eight stay. */
const statements = 2;
/** Searches at the same time, those that wait for their turn among them: of everybody, and of one organization. */
const most = 20;
const mostOfOne = 5;

/**
 * Searches look at many events, so they take turns, one statement each: what one organization searches for delays the
 * searches of others by a statement (about 40 ms), and the pages that search for nothing not at all.
 */
export class Turns {
	readonly #limit = pLimit(statements);
	readonly #underWay = new Map<string, number>();
	#total = 0;

	/** Whether a further search of this owner should be refused. */
	isFull(owner: string): boolean {
		return this.#total >= most || (this.#underWay.get(owner) ?? 0) >= mostOfOne;
	}

	/** Counts a search for as long as it runs. */
	async during<Result>(owner: string, search: () => Promise<Result>): Promise<Result> {
		this.#count(owner, 1);
		try {
			return await search();
		} finally {
			this.#count(owner, -1);
		}
	}

	/** Runs one statement, or a few small ones, when it is their turn. */
	take<Result>(run: () => Promise<Result>): Promise<Result> {
		return this.#limit(run);
	}

	#count(owner: string, change: 1 | -1): void {
		this.#total += change;
		const own = (this.#underWay.get(owner) ?? 0) + change;
		if (own === 0) this.#underWay.delete(owner);
		else this.#underWay.set(owner, own);
	}
}
