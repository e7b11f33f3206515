/** Which line is selected and which is open. The URL holds the open one, so Back closes it and it can be shared. */
import { pushState, replaceState } from '$app/navigation';
import { page } from '$app/state';
import type { ResolvedPathname } from '$app/types';
import * as lines from '$live/lines.ts';
import type { Reading } from '$live/Reading.ts';
import type { Entry } from '$log/entry.ts';
import * as address from './address.ts';

declare global {
	// eslint-disable-next-line @typescript-eslint/no-namespace -- Kit's way of typing `page.state`
	namespace App {
		interface PageState {
			/** The open line; null once it is closed again. */
			entry?: number | null;
		}
	}
}

/** Why the URL's line cannot be shown: it no longer exists, it never existed, or it could not be loaded. */
export interface Missing {
	seq: number;
	why: 'gone' | 'unknown' | 'unreachable';
}

export class OpenEntry {
	selected = $state<number | null>(null);
	/** Kept separately: the line may leave the screen while it is open. */
	#found = $state.raw<Entry | null>(null);
	#missing = $state.raw<Missing | null>(null);
	readonly #reading: () => Reading;
	readonly #addressOf: (seq: number | null) => ResolvedPathname;
	/** The number of the line that is open, found or not; null if none is. */
	readonly seq = $derived(page.state.entry === undefined ? address.entryIn(page.url) : page.state.entry);
	readonly entry = $derived(this.#found?.seq === this.seq ? this.#found : null);
	readonly missing = $derived(this.#missing?.seq === this.seq ? this.#missing : null);

	/** `addressOf` returns the page with an entry open, or with none. */
	constructor(reading: () => Reading, addressOf: (seq: number | null) => ResolvedPathname) {
		this.#reading = reading;
		this.#addressOf = addressOf;
		this.#found = this.#onScreen(address.entryIn(page.url));
		this.selected = this.#found?.seq ?? null;
	}

	/** Call in an effect: loads the URL's line if it is not (or no longer) on the screen. */
	async load(): Promise<void> {
		const seq = this.seq;
		if (seq === null || this.#found?.seq === seq) return;
		this.#missing = null;
		try {
			const found = this.#onScreen(seq) ?? (await this.#reading().find(seq));
			if ('head' in found) this.#missing = { seq, why: seq > found.head ? 'unknown' : 'gone' };
			else [this.#found, this.selected] = [found, seq];
		} catch {
			this.#missing = { seq, why: 'unreachable' }; // the page says so and can try again
		}
	}

	open(seq: number): void {
		this.#reading().follow.lock();
		this.selected = seq;
		this.#found = this.#onScreen(seq);
		const wasOpen = this.seq !== null;
		const opened = this.#addressOf(seq);
		// Going through lines with j and k is one step back, not fifty.
		if (wasOpen) replaceState(opened, { ...page.state, entry: seq });
		else pushState(opened, { ...page.state, entry: seq });
	}

	openSelected(): void {
		if (this.selected !== null && this.#onScreen(this.selected)) this.open(this.selected);
	}

	close(): void {
		if (this.seq === null) return;
		const closed = this.#addressOf(null);
		pushState(closed, { ...page.state, entry: null });
	}

	/** Selects a neighbour, or at first a line in view; if a line is open, opens the neighbour instead. */
	move(by: 1 | -1): void {
		const next = this.#next(by);
		if (next === undefined) {
			if (by === 1 && !this.#reading().follow.following) this.#reading().readOn();
			return;
		}
		this.#reading().follow.lock();
		this.selected = next;
		if (this.seq !== null) this.open(next);
	}

	/**
	 * The neighbour of the selected line. If that was selected long ago and is now out of view, it is the first line in view
	 * instead, or upwards the last.
	 */
	#next(by: 1 | -1): number | undefined {
		const entries = this.#reading().rows.filter((row) => !lines.isSkipped(row));
		const { inView } = this.#reading().follow;
		const at = entries.findIndex((row) => row.seq === this.selected);
		const goesOn = at >= 0 && (this.seq !== null || inView.includes(entries[at]?.seq ?? NaN));
		if (goesOn) return entries[at + by]?.seq;
		return by === 1 ? inView[0] : inView.at(-1);
	}

	#onScreen(seq: number | null): Entry | null {
		const row = this.#reading().rows.find((row) => row.seq === seq);
		return row && !lines.isSkipped(row) ? row : null;
	}
}
