import type { Logger } from 'pino';
import { format, type Query } from '../../log/query.ts';
import type { Sql } from '../postgres/connect.ts';
import type { Threads } from '../threads/threads.ts';
import { isCountable } from './counted.ts';
import type { Buckets, Found, Job, Results, Values } from './job.ts';
import { Listing, type Listed } from './listing.ts';
import { Merged } from './merged.ts';
import { type Order, type Place } from './order.ts';

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
}

export type Event =
	/** The next lines, in order, none of which is left out before them. */
	| { kind: 'lines'; lines: Found[] }
	| ({ kind: 'progress' } & Progress)
	| ({
			kind: 'done';
			/** Where to go on: after this place; null if nothing is left. */
			next: Place | null;
			/** Whether all that was asked for was found: as many lines as wanted count as all. */
			isComplete: boolean;
	  } & Progress);

/** What a search found. */
export type Answer = Extract<Event, { kind: 'done' }> & { lines: Found[] };

/** The text that one job looks through: little at first, so that the first lines come soon. In bytes. */
const leastBytes = 2 * 1024 * 1024;
const mostBytes = 32 * 1024 * 1024;
/** Chunks of one job. */
const mostScanned = 256;
const mostSummed = 2_000;

export interface SearchOptions {
	sql: Sql;
	threads: Threads<Job, Results[Job['kind']]>;
	log: Logger;
}

/** Searches the lines of organizations in threads. The predicate of lib/log has the last word on every line. */
export class LogSearch {
	readonly #options: SearchOptions;

	constructor(options: SearchOptions) {
		this.#options = options;
	}

	/** Gives lines as soon as they are certain. Ends when the signal is aborted, with its reason. */
	run(asked: Asked): AsyncGenerator<Event> {
		return new Run(this.#options, asked).events();
	}

	/** All lines of a search at once. */
	async find(asked: Asked): Promise<Answer> {
		const lines: Found[] = [];
		for await (const event of this.run(asked)) {
			if (event.kind === 'lines') lines.push(...event.lines);
			if (event.kind === 'done') return { ...event, lines };
		}
		throw new Error('a search ended without saying so');
	}
}

class Run {
	readonly #options: SearchOptions;
	readonly #asked: Asked;
	readonly #listing: Listing;
	readonly #merged: Merged;
	/** What is not given to a thread yet, in order. */
	readonly #queue: Listed[] = [];
	/** What threads are doing, with the greatest rank of each. */
	readonly #running = new Map<Promise<void>, number>();
	readonly #isCountable: boolean;
	#bytes = leastBytes;
	#failure: unknown;

	constructor(options: SearchOptions, asked: Asked) {
		this.#options = options;
		this.#asked = asked;
		this.#listing = new Listing(options.sql, asked.query, asked, asked.order);
		this.#merged = new Merged(asked);
		this.#isCountable = isCountable(asked.query);
	}

	async *events(): AsyncGenerator<Event> {
		const { signal, patience } = this.#asked;
		const late = performance.now() + patience;
		for (;;) {
			signal.throwIfAborted();
			if (performance.now() < late) await this.#fill();
			if (this.#running.size === 0) break;
			await Promise.race(this.#running.keys());
			if (this.#failure !== undefined) throw this.#failure;
			const lines = this.#merged.takeUntil(this.#frontier);
			if (lines.length > 0) yield { kind: 'lines', lines };
			yield { kind: 'progress', ...this.#progress() };
		}
		const rest = this.#merged.takeUntil(this.#frontier);
		if (rest.length > 0) yield { kind: 'lines', lines: rest };
		yield { kind: 'done', ...this.#end(), ...this.#progress() };
	}

	/** No line that is still to come has a greater rank. */
	get #frontier(): number {
		return Math.max(this.#queue[0]?.rank ?? -Infinity, this.#listing.rest, ...this.#running.values());
	}

	#progress(): Progress {
		return { ...this.#merged.counted(), frontier: this.#frontier };
	}

	#end(): { next: Place | null; isComplete: boolean } {
		const { histogram, fields } = this.#asked;
		const frontier = this.#frontier;
		if (frontier === -Infinity) return { next: this.#merged.overflow, isComplete: true };
		const isCounting = histogram !== null || fields !== null;
		if (this.#merged.isFull) return { next: this.#merged.last, isComplete: !isCounting };
		// What follows begins with this rank, whatever its tie.
		return { next: { rank: frontier, tie: Infinity }, isComplete: false };
	}

	/** Gives the threads enough to do. */
	async #fill(): Promise<void> {
		while (this.#running.size <= this.#options.threads.most) {
			while (this.#listing.rest > -Infinity && this.#listing.rest >= (this.#queue[0]?.rank ?? -Infinity)) {
				if (this.#isEnough(this.#listing.rest)) break;
				this.#enqueue(await this.#listing.next());
			}
			const [next] = this.#queue;
			if (!next || this.#isEnough(next.rank)) return;
			this.#start(next);
		}
	}

	/** Whether nothing of this rank or below is needed. */
	#isEnough(rank: number): boolean {
		const { histogram, fields } = this.#asked;
		return histogram === null && fields === null && this.#merged.isFullAbove(rank);
	}

	#enqueue(listed: readonly Listed[]): void {
		const wanted = listed.filter(({ mayMatch }) => mayMatch);
		for (const { mayMatch, within } of listed) {
			if (!mayMatch) this.#merged.leaveOut(within[1] - within[0] + 1);
		}
		this.#queue.push(...wanted);
		this.#queue.sort((a, b) => b.rank - a.rank);
	}

	#start(first: Listed): void {
		const isSum = this.#canSum(first);
		const chunks = isSum
			? this.#take((chunk) => this.#canSum(chunk), mostSummed, Infinity)
			: this.#take((chunk) => !this.#canSum(chunk), mostScanned, this.#grown());
		const running = (isSum ? this.#sum(chunks) : this.#scan(chunks))
			.catch((error: unknown) => void (this.#failure ??= error))
			.finally(() => this.#running.delete(running));
		this.#running.set(running, first.rank);
	}

	/** The text of the next job. */
	#grown(): number {
		const bytes = this.#bytes;
		this.#bytes = Math.min(2 * bytes, mostBytes);
		return bytes;
	}

	/** The first chunks of the queue that are alike, as many as one job takes. */
	#take(isAlike: (chunk: Listed) => boolean, most: number, mostBytes: number): Listed[] {
		let bytes = 0;
		const end = this.#queue.findIndex((chunk, index) => {
			bytes += chunk.bytes;
			return index > 0 && (index === most || bytes > mostBytes || !isAlike(chunk));
		});
		return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
	}

	/** Whether what a chunk has counted is all that is needed of it. */
	#canSum({ isCounted, timeFrom, timeTo, rank, within, lines }: Listed): boolean {
		const { histogram, fields, from, to } = this.#asked;
		if (!this.#isCountable || !isCounted || histogram === null) return false;
		if (!this.#merged.isFullAbove(rank) || this.#merged.sampled < (fields ?? 0)) return false;
		const isWhole = within[1] - within[0] + 1 === lines;
		const isInside = (timeFrom >= from || isMinute(from)) && (timeTo < to || isMinute(to));
		return isWhole && isInside && isMinute(histogram.from) && isMinute(histogram.width);
	}

	async #sum(chunks: Listed[]): Promise<void> {
		const { org, text, from, to, histogram, signal } = this.#asked;
		if (!histogram) throw new Error('bars are wanted where counts are summed');
		const job: Job = { kind: 'sum', org, query: text, chunks, from, to, histogram };
		const summed = (await this.#options.threads.run(job, { turn: org, signal })) as Results['sum'];
		this.#merged.addSum(summed);
		await this.#replace(summed.missing);
	}

	async #scan(chunks: Listed[]): Promise<void> {
		const { org, text, from, to, order, after, histogram, fields, signal } = this.#asked;
		const job: Job = {
			kind: 'scan',
			...{ org, query: text, chunks, from, to, order, after, histogram },
			limit: this.#merged.isFullAbove(chunks[0]?.rank ?? 0) ? 0 : this.#asked.limit,
			fields: fields === null ? null : Math.max(0, fields - this.#merged.sampled),
			facets: fields !== null
		};
		const scanned = (await this.#options.threads.run(job, { turn: org, signal })) as Results['scan'];
		for (const message of scanned.damaged) this.#options.log.error({ org, chunk: message }, damaged);
		this.#merged.addScan(scanned);
		await this.#replace(scanned.missing);
	}

	/** Looks where the lines of chunks are now that were merged meanwhile. */
	async #replace(missing: Results['scan']['missing']): Promise<void> {
		for (const chunk of missing) this.#enqueue(await this.#listing.instead(chunk));
	}
}

const minuteMs = 60_000;
const isMinute = (ms: number) => ms % minuteMs === 0;
const damaged = 'a chunk of log lines cannot be searched: its lines are left out';
