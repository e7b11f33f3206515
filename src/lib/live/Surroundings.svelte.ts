/** How many lines match around a period, by level: counted once the period itself is. */
import type { Scope } from './api.ts';
import * as search from './search.ts';
import type { Span } from './period.ts';

/** Bars of it and of the period in it: as it is four times as long, both have bars of the same width. */
export const bars = { all: 120, period: 30 };

export class Surroundings {
	readonly span: Span;
	histogram = $state.raw<search.Histogram | null>(null);
	readonly #scope: Scope;

	constructor(scope: Scope, span: Span) {
		this.#scope = scope;
		this.span = span;
	}

	/** Counts once `isWanted` says so; the returned function stops it. */
	start(isWanted: () => boolean): () => void {
		const abort = new AbortController();
		const end = $effect.root(() => {
			$effect(() => {
				if (isWanted()) void this.#load(abort.signal);
			});
		});
		return () => {
			abort.abort();
			end();
		};
	}

	async #load(signal: AbortSignal): Promise<void> {
		try {
			this.histogram = await search.histogram(this.#scope, this.span, bars.all, signal);
		} catch {
			return; // the bars around the period stay hatched
		}
	}
}
