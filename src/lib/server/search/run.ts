import type { Logger } from 'pino';
import type { LogStore } from '../logs/store.ts';
import type { Sql } from '../postgres/connect.ts';
import type { Threads } from '../threads/threads.ts';
import type { Asked, Event, Progress } from './asked.ts';
import { isCountable } from './counted.ts';
import type { Job, Results } from './job.ts';
import { Listing, type Listed } from './listing.ts';
import { Merged } from './merged.ts';
import type { Place } from './order.ts';
import { Ranges } from './ranges.ts';

/** The text that one job looks through: little at first, so that the first lines come soon. In bytes. */
const leastBytes = 1024 * 1024;
const mostBytes = 32 * 1024 * 1024;
/** From here on a job is heavy: it may keep others waiting. */
const heavyBytes = 4 * 1024 * 1024;
/** The same where every line is wanted, and goes from thread to thread as text. */
const mostBytesOfAll = 4 * 1024 * 1024;
/** Chunks of one job. */
const mostScanned = 256;
const mostSummed = 2_000;

export interface SearchOptions {
	sql: Sql;
	store: LogStore;
	threads: Threads<Job, Results[Job['kind']]>;
	log: Logger;
}

/** One search: which chunks are given to the threads when, and what their results become. */
export class Run {
	readonly #options: SearchOptions;
	readonly #asked: Asked;
	readonly #listing: Listing;
	readonly #merged: Merged;
	/** What is not given to a thread yet, in order. */
	readonly #queue: Listed[] = [];
	/** What threads are doing, with the greatest rank of each. */
	readonly #running = new Map<Promise<void>, number>();
	readonly #isCountable: boolean;
	/** Lines that were counted before, and those that are by now. */
	readonly #before: Ranges;
	readonly #counted: Ranges;
	#bytes: number;
	#jobs = 0;
	#failure: unknown;

	constructor(options: SearchOptions, asked: Asked) {
		this.#options = options;
		this.#asked = asked;
		this.#listing = new Listing(options.sql, asked.query, restOf(asked), asked.order);
		this.#before = new Ranges(asked.counted ?? []);
		this.#counted = new Ranges(asked.counted ?? []);
		this.#merged = new Merged(asked);
		this.#isCountable = isCountable(asked.query);
		this.#bytes = asked.fields === null ? leastBytes : 3 * leastBytes; // which have as many lines as are sampled
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
			if (this.#frontier > -Infinity) yield { kind: 'progress', next: this.#next, ...this.#progress() };
		}
		const rest = this.#merged.takeUntil(this.#frontier);
		if (rest.length > 0) yield { kind: 'lines', lines: rest };
		yield { kind: 'done', ...this.#end(), ...this.#progress() };
	}

	/** No line that is still to come has a greater rank. */
	get #frontier(): number {
		const rest = Math.max(this.#queue[0]?.rank ?? -Infinity, this.#listing.rest, ...this.#running.values());
		return Math.min(this.#asked.after?.rank ?? Infinity, rest);
	}

	#progress(): Progress {
		return { ...this.#merged.counted(), frontier: this.#frontier, counted: [...this.#counted.all] };
	}

	/** After which place further lines follow, if any do. */
	get #next(): Place {
		const { last } = this.#merged;
		if (this.#merged.isFull && last) return last;
		// What follows begins with this rank, whatever its tie; or after the place where this search began.
		const { after } = this.#asked;
		const frontier = this.#frontier;
		return after?.rank === frontier ? after : { rank: frontier, tie: Infinity };
	}

	#end(): { next: Place | null; isComplete: boolean } {
		if (this.#frontier === -Infinity) return { next: this.#merged.overflow, isComplete: true };
		return { next: this.#next, isComplete: this.#merged.isFull && !isCounting(this.#asked) };
	}

	/** The first job often is enough; after it, each thread has the next one waiting. */
	get #mostRunning(): number {
		return this.#jobs === 0 ? 1 : this.#options.threads.most;
	}

	/** Gives the threads enough to do. */
	async #fill(): Promise<void> {
		while (this.#running.size < this.#mostRunning) {
			while (this.#listing.rest > -Infinity && this.#listing.rest >= (this.#queue[0]?.rank ?? -Infinity)) {
				if (this.#isEnough(this.#listing.rest)) break;
				this.#enqueue(await this.#listing.next());
			}
			const [next] = this.#queue;
			if (!next || this.#isEnough(next.rank)) return;
			if (this.#isOver(next)) this.#queue.shift();
			else this.#start(next);
		}
	}

	/** Whether nothing of this rank or below is needed. */
	#isEnough(rank: number): boolean {
		return !isCounting(this.#asked) && this.#merged.isFullAbove(rank);
	}

	/** Whether a chunk was counted before, and has no line that is still wanted. */
	#isOver({ rank, within: [first, last] }: Listed): boolean {
		const isOver = this.#before.countIn([first, last]) === last - first + 1 && this.#merged.isFullAbove(rank);
		if (isOver) this.#merged.leaveMore();
		return isOver;
	}

	#enqueue(listed: readonly Listed[]): void {
		const wanted = listed.filter(({ mayMatch }) => mayMatch);
		for (const { mayMatch, within } of listed) {
			if (mayMatch) continue;
			this.#merged.leaveOut(within[1] - within[0] + 1 - this.#before.countIn(within));
			this.#counted.add(within);
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
			.finally(() => {
				this.#jobs++;
				this.#running.delete(running);
			});
		this.#running.set(running, first.rank);
	}

	/** The text of the next job. */
	#grown(): number {
		const bytes = this.#bytes;
		this.#bytes = Math.min(2 * bytes, this.#asked.limit === Infinity ? mostBytesOfAll : mostBytes);
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
		const isWhole = within[1] - within[0] + 1 === lines && this.#before.countIn(within) === 0;
		const isInside = (timeFrom >= from || isMinute(from)) && (timeTo < to || isMinute(to));
		return isWhole && isInside && isMinute(histogram.from) && isMinute(histogram.width);
	}

	async #sum(chunks: Listed[]): Promise<void> {
		const { org, text, from, to, histogram, signal } = this.#asked;
		if (!histogram) throw new Error('bars are wanted where counts are summed');
		const job: Job = { kind: 'sum', org, query: text, chunks, from, to, histogram };
		const summed = (await this.#options.threads.run(job, { turn: org, signal })) as Results['sum'];
		this.#report(summed.damaged);
		this.#merged.addSum(summed);
		this.#noteCounted(chunks, summed.missing);
		await this.#replace(summed.missing);
	}

	async #scan(chunks: Listed[]): Promise<void> {
		const { org, text, from, to, order, after, histogram, fields, signal } = this.#asked;
		const job: Job = {
			kind: 'scan',
			...{ org, query: text, chunks, from, to, order, after, histogram, counted: this.#before.all },
			limit: this.#merged.isFullAbove(chunks[0]?.rank ?? 0) ? 0 : this.#asked.limit,
			fields: fields === null ? null : Math.max(0, fields - this.#merged.sampled),
			facets: fields !== null
		};
		const isHeavy = chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0) >= heavyBytes;
		const scanned = (await this.#options.threads.run(job, { turn: org, isHeavy, signal })) as Results['scan'];
		this.#report(scanned.damaged);
		this.#merged.addScan(scanned);
		this.#noteCounted(chunks, scanned.missing);
		await this.#replace(scanned.missing);
	}

	#noteCounted(chunks: readonly Listed[], missing: Results['scan']['missing']): void {
		const gone = new Set(missing.map(({ first_seq }) => first_seq));
		for (const { first_seq, within } of chunks) if (!gone.has(first_seq)) this.#counted.add(within);
	}

	#report(messages: readonly string[]): void {
		const { org } = this.#asked;
		for (const message of messages) this.#options.log.error({ org, chunk: message }, damaged);
	}

	/** Looks where the lines of chunks are now that were merged meanwhile. */
	async #replace(missing: Results['scan']['missing']): Promise<void> {
		for (const chunk of missing) this.#enqueue(await this.#listing.instead(chunk));
	}
}

const isCounting = ({ histogram, fields }: Asked) => histogram !== null || fields !== null;

/**
 * The range that is left of a search that goes on, in the order of time: every line before that place was given, and counted unless
 * only lines are wanted.
 */
function restOf(asked: Asked): Asked {
	const { after, order, counted } = asked;
	if (!after || order.by !== 'time' || (isCounting(asked) && !counted)) return asked;
	if (order.newestFirst) return { ...asked, to: Math.min(asked.to, after.rank + 1) };
	return { ...asked, from: Math.max(asked.from, -after.rank) };
}

const minuteMs = 60_000;
const isMinute = (ms: number) => ms % minuteMs === 0;
const damaged = 'a chunk of log lines cannot be searched: its lines are left out';
