import type { Query } from '../../log/query.ts';
import type { Found, FoundLine } from './found.ts';
import type { Buckets, Values } from './job.ts';
import type { Order, Place } from './order.ts';
import type { Range } from './ranges.ts';

/** What is searched for. */
export interface Asked {
	org: string;
	query: Query;
	/** The text of the query. */
	text: string;
	/** Times of lines, epoch milliseconds; the end is excluded. */
	from: number;
	to: number;
	/** Numbers of lines, both included: what arrives during a search has higher ones. */
	first: number;
	last: number;
	order: Order;
	/** Where an earlier search ended; null to begin at the beginning. */
	after: Place | null;
	/** Lines that an earlier search has counted, as `Ranges` has them: they are not counted again. Null if it gave lines only. */
	counted: readonly Range[] | null;
	/** How many lines are wanted. */
	limit: number;
	/** Bars of all matches; null if they are not wanted. */
	histogram: Buckets | null;
	/** Of how many matches the values of fields are wanted; null for none. */
	fields: number | null;
	/** After this time, in ms, a search ends with what it has. */
	patience: number;
	signal: AbortSignal;
}

/** How far a search has come. */
export interface Progress {
	/** Matches so far; all of them only if every chunk was looked at, as for a histogram. */
	matched: number;
	/** Lines that were looked at, or left out because their chunk says that none matches. */
	looked: number;
	/** All lines before this rank are found. -Infinity at the end. */
	frontier: number;
	histogram: Uint32Array | null;
	fields: Values | null;
	/** Of how many lines the values of attributes were counted. */
	sampled: number;
	facets: Values | null;
	/** Lines that have been counted, in this search or before. */
	counted: readonly Range[];
}

export type Event =
	/** The next lines, in order, none of which is left out before them. */
	| { kind: 'lines'; lines: FoundLine[] }
	| ({
			kind: 'progress';
			/** Where a search goes on that is stopped now: after this place. */
			next: Place;
	  } & Progress)
	| ({
			kind: 'done';
			/** Where to go on: after this place; null if nothing is left. */
			next: Place | null;
			/** Whether all that was asked for was found: as many lines as wanted count as all. */
			isComplete: boolean;
	  } & Progress);

/** What a search found. */
export type Answer = Extract<Event, { kind: 'done' }> & { lines: Found[] };
