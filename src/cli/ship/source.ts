/** Where a source can be taken up again: an offset in bytes, or a cursor of the journal; null: its beginning. */
export type Place = number | string | null;

/** Entries, and the place behind them. */
export interface Portion {
	to: Place;
	/** 0 if there was nothing but blank lines. */
	lines: number;
	ndjson: string;
}

/** Something that gives entries in order, and can be left and taken up again at the place behind each portion. */
export interface Source {
	readonly id: string;
	/** For people. */
	readonly name: string;
	/** The place behind what has been taken. */
	readonly taken: Place;
	/** Whether it reads nothing more, and all that can be taken is. */
	readonly isSpent: boolean;
	/** Whether it was rotated: what comes now is in another one. */
	readonly isLeaving: boolean;
	/** Whether lines of another one come first. */
	readonly waits: boolean;
	/** When `take` has something that waits now, by performance.now(). */
	readonly due: number;
	/** Reads on until it has about so many units of text, and gives what is ready. */
	take(units: number, now: number): Portion[];
	/** Lets go what waits for more lines. `isOver`: also a last line without its end, and then it reads nothing more. */
	finish(isOver: boolean): void;
	/** The server has everything up to there. */
	confirm(to: Place): void;
	/** The entries from where it stands up to a place, as they were or would have been sent; null if they are not there. */
	replay(to: Place): Promise<Omit<Portion, 'to'> | null>;
	/** Goes on behind a place; what was before it is confirmed. */
	skip(to: Place): void;
}
