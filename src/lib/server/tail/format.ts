import type { Outage } from '../../log/outage.ts';

/** Lines skipped for a reader with a window: how many, and the cursors of the first and the last. */
export interface Skipped {
	count: number;
	from: number;
	to: number;
}

/** How items and news about the stream look on the wire; an empty string sends nothing. */
export interface Format<Item> {
	contentType: string;
	/** Sent as soon as the stream is open. */
	opening: string;
	item(item: Item, cursor: number): string;
	/** Moves the reader's cursor past unwanted items; keeps the connection alive. */
	moved(cursor: number): string;
	skipped(skipped: Skipped): string;
	/** Of these lines it is not known whether they match: the filter is too slow to look at each. `count` is how many there are. */
	unseen(skipped: Skipped): string;
	/** A sign of life while what a reader missed is looked through; `done` of it, from 0 to 1. */
	progress(done: number): string;
	/** What the server cannot do now; null: it can again. */
	outage(outage: Outage | null): string;
	/** The last event. `retry` is when to come back, in ms. */
	end(why: { reason: string; detail?: string }, retry?: number): string;
}
