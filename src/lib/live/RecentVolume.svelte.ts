/** How many lines of the last half hour match, by level: renewed every few seconds while someone looks. */
import type { Scope } from './api.ts';
import * as search from './search.ts';

const lengthMs = 30 * 60_000;
const everyMs = 10_000;
const bars = 60;

export class RecentVolume {
	histogram = $state.raw<search.Histogram | null>(null);
	readonly #scope: Scope;
	/** Whether it is worth asking: the page is live. */
	readonly #isWanted: () => boolean;

	constructor(scope: Scope, isWanted: () => boolean) {
		this.#scope = scope;
		this.#isWanted = isWanted;
	}

	start(): () => void {
		const abort = new AbortController();
		let timer: ReturnType<typeof setTimeout>;
		const renew = async () => {
			const isFirst = this.histogram === null;
			if (isFirst || (this.#isWanted() && !document.hidden)) await this.#load(abort.signal);
			if (!abort.signal.aborted) timer = setTimeout(() => void renew(), everyMs);
		};
		void renew();
		return () => {
			abort.abort();
			clearTimeout(timer);
		};
	}

	async #load(signal: AbortSignal): Promise<void> {
		const to = Date.now();
		try {
			this.histogram = await search.histogram(this.#scope, { from: to - lengthMs, to }, bars, signal);
		} catch {
			// The bars stay as they were: that lines cannot arrive is shown elsewhere, and the next time is soon.
			return;
		}
	}
}
