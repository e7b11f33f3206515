/**
 * The lines of a past period that have been loaded, oldest first, and the part of them that is on the screen. Both ends can go on:
 * with what is loaded already, then page by page.
 */
import type { Entry } from '../log/entry.ts';
import * as lines from './lines.ts';

export type End = 'older' | 'newer';

export class Pages {
	#all: readonly Entry[] = [];
	#from = 0;
	#to = 0;
	/** Where each end goes on, on the server; null where nothing follows. */
	readonly next: Record<End, string | null> = { older: null, newer: null };

	/** What is on the screen. */
	get shown(): readonly Entry[] {
		return this.#all.slice(this.#from, this.#to);
	}

	/** Whether nothing newer than what is on the screen exists. */
	get endsAtTip(): boolean {
		return this.#to === this.#all.length && this.next.newer === null;
	}

	/** Whether lines beyond the screen's end are loaded. */
	holds(end: End): boolean {
		return end === 'older' ? this.#from > 0 : this.#to < this.#all.length;
	}

	/** Begins anew with lines, oldest first, all of which are on the screen. */
	begin(entries: readonly Entry[], next: Record<End, string | null>): void {
		this.#all = entries;
		[this.#from, this.#to] = [0, entries.length];
		Object.assign(this.next, next);
	}

	/** Adds lines, oldest first, to an end, and shows those next to the screen. */
	add(end: End, entries: readonly Entry[]): void {
		const known = new Set(this.#all.map(({ seq }) => seq));
		const more = entries.filter(({ seq }) => !known.has(seq));
		if (end === 'newer') this.#all = [...this.#all, ...more];
		else {
			this.#all = [...more, ...this.#all];
			this.#from += more.length;
			this.#to += more.length;
		}
		this.extend(end);
	}

	/** Shows more of what is loaded at an end. */
	extend(end: End): void {
		if (end === 'older') this.#from = Math.max(0, this.#from - lines.trimmed);
		else this.#to = Math.min(this.#all.length, this.#to + lines.trimmed);
	}

	/** Removes excess lines from the far end of the screen: `end` is where the reader goes. */
	trim(end: End): void {
		const excess = this.#to - this.#from - lines.mostRead;
		if (excess <= 0) return;
		if (end === 'older') this.#to -= excess;
		else this.#from += excess;
	}

	/** Shows a line that is loaded, with others around it; false if it is not. */
	goTo(matches: (entry: Entry) => boolean): boolean {
		const at = this.#all.findIndex(matches);
		if (at < 0) return false;
		if (at < this.#from || at >= this.#to) {
			this.#from = Math.max(0, at - lines.cap / 2);
			this.#to = Math.min(this.#all.length, at + lines.cap / 2);
		}
		return true;
	}
}
