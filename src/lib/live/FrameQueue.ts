/** Lines that a search has found, newest first, on their way to the screen: at most so many a frame, the newest of them first. */
import type { Entry } from '../log/entry.ts';
import * as lines from './lines.ts';

export class FrameQueue {
	/** Oldest first. */
	#waiting: readonly Entry[] = [];
	#frame = 0;
	/** Shows lines, oldest first, above those that it showed before. */
	readonly #show: (entries: readonly Entry[]) => void;

	constructor(show: (entries: readonly Entry[]) => void) {
		this.#show = show;
	}

	/** Adds lines, newest first, which are older than all before. */
	add(found: readonly Entry[]): void {
		this.#waiting = [...found.toReversed(), ...this.#waiting];
		this.#frame ||= requestAnimationFrame(() => this.#paint());
	}

	/** Removes all that wait, oldest first. */
	clear(): readonly Entry[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		cancelAnimationFrame(this.#frame);
		this.#frame = 0;
		return waiting;
	}

	#paint(): void {
		this.#frame = 0;
		const next = this.#waiting.slice(-lines.perFrame);
		this.#waiting = this.#waiting.slice(0, -lines.perFrame);
		if (next.length > 0) this.#show(next);
		if (this.#waiting.length > 0) this.#frame = requestAnimationFrame(() => this.#paint());
	}
}
