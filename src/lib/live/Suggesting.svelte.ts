/** The suggestions below the query box while someone types: which are offered, and which one the keyboard is on. */
import type { Values } from './search.ts';
import * as suggestions from './suggestions.ts';

export interface Sources {
	/** Names of fields; looked for only while someone types. */
	names(): readonly string[];
	/** Earlier queries. */
	earlier(): readonly string[];
	/** The fields of the period, with their most frequent values. Throws if the server does not say. */
	values(signal: AbortSignal): Promise<readonly Values[]>;
}

/** Values are asked for after a pause in typing, and renewed after a while. */
const pauseMs = 150;
const lastsMs = 60_000;

export class Suggesting {
	offered = $state.raw<readonly suggestions.Suggestion[]>([]);
	/** The index of the one that Enter takes; -1 for none. */
	active = $state(-1);

	readonly #sources: Sources;
	#known: readonly Values[] = [];
	#knownAt = -Infinity;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#abort: AbortController | null = null;

	constructor(sources: Sources) {
		this.#sources = sources;
	}

	get isOpen(): boolean {
		return this.offered.length > 0;
	}

	/** What Enter takes; null if that is the text itself. */
	get chosen(): suggestions.Suggestion | null {
		return this.offered[this.active] ?? null;
	}

	/** Offers what can complete the text before the caret. Values that are not known yet follow when they are. */
	offer(text: string): void {
		this.#leave();
		const begun = suggestions.valueAt(text);
		if (!begun) return this.#show(suggestions.of(text, this.#sources.names(), this.#sources.earlier()));
		this.#show(suggestions.ofValues(begun, this.#known));
		if (performance.now() - this.#knownAt < lastsMs) return;
		this.#timer = setTimeout(() => void this.#load(begun), pauseMs);
	}

	/** Goes to the next or the previous one; from the first and the last back to the text. */
	move(by: 1 | -1): void {
		const places = this.offered.length + 1;
		this.active = ((this.active + 1 + by + places) % places) - 1;
	}

	close(): void {
		this.#leave();
		this.#show([]);
	}

	#show(offered: readonly suggestions.Suggestion[]): void {
		this.offered = offered;
		this.active = -1;
	}

	/** What was asked for is not wanted any longer. */
	#leave(): void {
		clearTimeout(this.#timer);
		this.#abort?.abort();
	}

	async #load(begun: suggestions.Begun): Promise<void> {
		const abort = new AbortController();
		this.#abort = abort;
		try {
			this.#known = await this.#sources.values(abort.signal);
		} catch {
			return; // nothing is offered then, and the next letter asks again
		}
		this.#knownAt = performance.now();
		if (!abort.signal.aborted) this.#show(suggestions.ofValues(begun, this.#known));
	}
}
