/** Loads lines from before the screen, in the order of arrival, as the reader scrolls up. */
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import * as lines from './lines.ts';
import type { Phase } from './Reading.ts';

export interface Screen {
	rows(): readonly lines.Row[];
	/** Puts lines above the first row. */
	prepend(entries: readonly Entry[]): void;
}

export class Older {
	phase = $state<Phase | null>(null);
	readonly #scope: api.Scope;
	readonly #screen: Screen;
	/** The first row when lines were last loaded, and where those go on; null at the very beginning. */
	#above: { first: number; next: number | null } | null = null;

	constructor(scope: api.Scope, screen: Screen) {
		this.#scope = scope;
		this.#screen = screen;
	}

	/** Past a gap there is no way: it is filled first. */
	async load(): Promise<void> {
		const first = this.#screen.rows()[0];
		if (!first || lines.isSkipped(first) || this.phase === 'loading') return;
		const next = this.#above?.first === first.seq ? this.#above.next : first.seq;
		if (next === null) return;
		this.phase = 'loading';
		try {
			const found = await api.before(this.#scope, next);
			this.phase = null;
			if (this.#screen.rows()[0] !== first) return; // the reader went elsewhere meanwhile
			this.#screen.prepend(found.entries);
			this.#above = { first: found.entries[0]?.seq ?? first.seq, next: found.next };
		} catch {
			this.phase = 'failed'; // the page says so; scrolling up tries again
		}
	}
}
