/** The last queries of an organization, newest first: remembered in this browser. */
const most = 20;

export class RecentQueries {
	all = $state.raw<readonly string[]>([]);
	readonly #key: string;

	constructor(org: string) {
		this.#key = `tailrace.queries.${org}`;
	}

	/** Call in the browser, after the first render. */
	load(): void {
		this.all = saved(this.#key);
	}

	add(query: string): void {
		if (query.trim() === '') return;
		this.all = [query, ...saved(this.#key).filter((other) => other !== query)].slice(0, most);
		try {
			localStorage.setItem(this.#key, JSON.stringify(this.all));
		} catch {
			// A browser may refuse storage; then they last until the page is left.
			return;
		}
	}
}

function saved(key: string): string[] {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(found) ? found.filter((query) => typeof query === 'string') : [];
	} catch {
		// Refused, or not written by us: treated as nothing saved.
		return [];
	}
}
