/** Queries of an organization that this browser remembers, newest first: the last ones, or those that someone saved. */
export class KeptQueries {
	all = $state.raw<readonly string[]>([]);
	readonly #key: string;
	readonly #most: number;

	/** `kind` is what they are remembered as; the oldest beyond `most` are forgotten. */
	constructor(kind: 'queries' | 'saved', org: string, most: number) {
		this.#key = `tailrace.${kind}.${org}`;
		this.#most = most;
	}

	/** Call in the browser, after the first render. */
	load(): void {
		this.all = kept(this.#key);
	}

	has(query: string): boolean {
		return this.all.includes(query.trim());
	}

	add(query: string): void {
		const added = query.trim();
		if (added !== '') this.#keep([added, ...this.#others(added)].slice(0, this.#most));
	}

	remove(query: string): void {
		this.#keep(this.#others(query.trim()));
	}

	/** Other tabs may have changed them. */
	#others(query: string): string[] {
		return kept(this.#key).filter((other) => other !== query);
	}

	#keep(queries: readonly string[]): void {
		this.all = queries;
		try {
			localStorage.setItem(this.#key, JSON.stringify(queries));
		} catch {
			// A browser may refuse storage; then they last until the page is left.
			return;
		}
	}
}

function kept(key: string): string[] {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(found) ? found.filter((query) => typeof query === 'string') : [];
	} catch {
		// Refused, or not written by us: treated as nothing kept.
		return [];
	}
}
