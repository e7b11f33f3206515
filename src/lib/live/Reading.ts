/** What the list of lines and the open entry need of the lines that they show: live, past, or around one line. */
import type { Entry } from '../log/entry.ts';
import type { Follow, ReadingPlace } from './Follow.svelte.ts';
import type { Row, Skipped } from './lines.ts';

/** The state of something requested. */
export type Phase = 'loading' | 'failed';

export interface Reading {
	/** The rows on the screen. */
	readonly rows: readonly Row[];
	readonly follow: Follow;
	/** The gaps being filled, or that could not be. */
	readonly filling: ReadonlyMap<Skipped, Phase>;
	/** Whether lines beyond the screen are being loaded, or could not be. */
	readonly paging: Phase | null;
	/** The reader's position, if the lines there could not be loaded. */
	readonly lost: ReadingPlace | null;
	/** A line by its number, from the screen or the server; the newest line's number if it does not exist. */
	find(seq: number): Promise<Entry | { head: number }>;
	/** Shows more below the screen, or above it. */
	readOn(): void;
	readBack(): void;
	showSkipped(gap: Skipped): Promise<void>;
	/** Goes to where the reader was before. */
	goTo(place: ReadingPlace): Promise<void>;
	/** Shows a line in its place. */
	goToLine(seq: number): Promise<void>;
}
