import type { FoundLines } from './found.ts';
import type { Order, Place } from './order.ts';
import type { Range } from './ranges.ts';

/** Some chunks that a thread looks through for one search. */
export interface ScanJob {
	kind: 'scan';
	org: string;
	/** The text of the query; it parses. */
	query: string;
	chunks: Wanted[];
	/** Lines of other times are left out: epoch milliseconds, the end excluded. */
	from: number;
	to: number;
	order: Order;
	/** Lines that do not come after this place are only counted. */
	after: Place | null;
	/** Lines that are not counted, because they were before, as `Ranges` has them. */
	counted: readonly Range[];
	/** How many lines are wanted at most: the first of them in that order. */
	limit: number;
	histogram: Buckets | null;
	/** Of how many matching lines the values of fields are counted; null if no field is wanted. */
	fields: number | null;
	/** Whether the levels, services and hosts of all matching lines are counted. */
	facets: boolean;
}

/** What of a chunk is looked at. */
export interface Wanted {
	first_seq: number;
	last_seq: number;
	/** The UTC day that it was received on. */
	day: string;
	/** The numbers that are wanted of it: the first and the last. */
	within: [number, number];
}

/** A row of bars, each `width` ms of time wide. */
export interface Buckets {
	/** Where the first begins, epoch milliseconds. */
	from: number;
	width: number;
	count: number;
}

/** How often each value of each field occurs. */
export type Values = Map<string, Map<string, number>>;

/** What a thread found. */
export interface Scanned {
	lines: FoundLines;
	/** Whether further lines after the place match. */
	hasMore: boolean;
	/** Lines that match, wanted or not, and lines that were looked at. */
	matched: number;
	looked: number;
	/** Matching lines by bar and level: six numbers a bar. */
	histogram: Uint32Array | null;
	fields: Values | null;
	/** Of how many lines they are: the first in the order of the search. */
	sampled: number;
	/** The levels, services and hosts of all matching lines. */
	facets: Values | null;
	/** Chunks that were merged or removed since they were chosen. */
	missing: Wanted[];
	/** What is wrong with those that cannot be read. */
	damaged: string[];
}

/** Lines that have just arrived, for a filter that is too slow for the thread which serves the readers. */
export interface FilterJob {
	kind: 'filter';
	query: string;
	/** As JSON, as the API gives them. */
	lines: string[];
	/** How long it may take, in ms. The oldest of the lines are left out then. */
	patience: number;
}

/** Sealed chunks of which what they have counted is added up. */
export interface SumJob {
	kind: 'sum';
	org: string;
	/** Asks for levels and services alone (see `isCountable`). */
	query: string;
	chunks: Wanted[];
	/** As for ScanJob. Every minute that a chunk has counted is inside or outside as a whole, also of the bars. */
	from: number;
	to: number;
	histogram: Buckets;
}

/** What chunks have counted: as for Scanned. */
export interface Summed extends Pick<Scanned, 'matched' | 'looked' | 'missing' | 'damaged'> {
	histogram: Uint32Array;
	/** Levels and services of all matching lines. */
	facets: Values;
}

export type Job = ScanJob | SumJob | FilterJob;

/** The lines that match, by index, and how long it took to find them, in ms. */
export interface Filtered {
	indexes: number[];
	/** How many were left out: the first ones. */
	unseen: number;
	ms: number;
}

/** The results of jobs by their kind. */
export interface Results {
	scan: Scanned;
	sum: Summed;
	filter: Filtered;
}
