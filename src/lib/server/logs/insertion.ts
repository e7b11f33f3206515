import type { Sql } from '../postgres/connect.ts';
import type { Chunk } from './chunks/chunk.ts';

export interface Range {
	first_seq: number;
	last_seq: number;
}

/** An append to an organization that does not exist, or no longer. */
export class NoOrganization extends Error {
	override name = 'NoOrganization';
}

/** What all chunks of a commit share. */
export interface Commit {
	/** Tells later, if its answer is lost, whether it was stored. */
	id: string;
	/** When its lines arrived, epoch milliseconds. They are received no earlier than the line before them. */
	arrived: number;
}

/** What one organization gets from a commit. */
export interface Own {
	org: string;
	chunks: readonly Chunk[];
}

/**
 * Appends chunks to the streams of organizations within the caller's transaction, as the next to come after their heads, which stay
 * locked to the end: the order of numbers is the order of commits. The commit wakes the readers. A sealed chunk goes to the day that
 * it was received on, if that has not ended meanwhile. Gives the numbers of each one's first line and last.
 * @throws NoOrganization
 */
export type Insert = (transaction: Sql, owns: readonly Own[], commit: Commit) => Promise<Range[]>;
