import type { Logger } from 'pino';
import { isAway, isBrokenOff, isFull, isRolledBack, type Sql } from '../postgres/connect.ts';
import type { Answer, Append } from './append.ts';
import { commit } from './commit.ts';
import { NoOrganization } from './insertion.ts';
import { settle } from './settle.ts';
import type { LogStore } from './store.ts';

/** The result of an append. Only `stored` has stored anything, except that `unknown` may have. */
export type AppendOutcome =
	| { kind: 'stored'; answer: Answer }
	| { kind: 'full' }
	| { kind: 'away' }
	| { kind: 'unknown' }
	/** PostgreSQL broke it off: it waited too long for a lock, say. */
	| { kind: 'busy' }
	/** The disk is full. */
	| { kind: 'no room' }
	| { kind: 'refused' }
	/** The organization no longer exists. */
	| { kind: 'gone' };

type Failure = Exclude<AppendOutcome['kind'], 'stored'>;

interface Waiting {
	request: Append;
	settled(outcome: AppendOutcome): void;
}

/** Requests that wait for a transaction together, in the order in which they came. */
interface Queue {
	waiting: Waiting[];
	/** Transactions under way. */
	running: number;
}

export interface WriterOptions {
	/** A pool for the writer alone, of `connections`. */
	sql: Sql;
	store: LogStore;
	log: Logger;
	/** Whether a transaction takes requests of one organization alone, as with Citus: it is then its worker's, and no other's. */
	isAlone?: boolean;
	/** Whether the disk takes lines now. */
	hasRoom?(): boolean;
	/** Called when PostgreSQL had no room for a batch. */
	full?(): void;
	/** The time that all servers share (epoch ms). */
	now?(): number;
	/** Called after each commit: lines, and ms from the start of the transaction. */
	committed(lines: number, ms: number): void;
}

/** Of each queue: one transaction commits while the next is encoded. A third would only wait for the same heads. */
export const inFlight = 2;
/** How many transactions there are at once, at most. */
export const connections = 2 * inFlight;
/** From this size on, in bytes, a request is large: it waits for a transaction among its like (decision 0108). */
export const largeBytes = 64 * 1024;
/** A full queue answers 429: about a second of work at the measured rate, held in memory. */
const mostQueuedBytes = 64 * 1024 * 1024;
/** How often a transaction is tried that PostgreSQL rolls back for others' sake. */
const mostTries = 4;
/** What one transaction takes at most, so that nobody waits long behind what is taken before. */
const mostLines = 10_000;
const mostBytes = 8 * 1024 * 1024;

/**
 * Group commit: everything waiting goes into the next transaction. There is no timer: an idle server commits at once, a busy
 * one batches by itself.
 */
export class LogWriter {
	readonly #options: WriterOptions;
	readonly #small: Queue = { waiting: [], running: 0 };
	readonly #large: Queue = { waiting: [], running: 0 };
	/** How many large requests of an organization are not settled. */
	readonly #largeOf = new Map<string, number>();
	readonly #idle: (() => void)[] = [];
	#queuedBytes = 0;

	constructor(options: WriterOptions) {
		this.#options = options;
	}

	/** Requests waiting or being written, in bytes. */
	get queuedBytes(): number {
		return this.#queuedBytes;
	}

	/** Whether an append of this many bytes would be refused now: check it before decoding a body. */
	isFull(bytes: number): boolean {
		return this.#queuedBytes + bytes > mostQueuedBytes;
	}

	/** Whether the disk takes lines now: check it before reading a body. */
	get hasRoom(): boolean {
		return this.#options.hasRoom?.() ?? true;
	}

	/** Resolves after the commit, or when it is certain that there was none (see AppendOutcome). Never rejects. */
	append(request: Append): Promise<AppendOutcome> {
		if (!this.hasRoom) return Promise.resolve({ kind: 'no room' });
		if (this.isFull(request.bytes)) return Promise.resolve({ kind: 'full' });
		this.#queuedBytes += request.bytes;
		return new Promise((resolve) => {
			const queue = this.#queueOf(request);
			queue.waiting.push({ request, settled: resolve });
			this.#pump(queue);
		});
	}

	/** Resolves when everything taken so far is settled. */
	idle(): Promise<void> {
		if (this.#isIdle) return Promise.resolve();
		return new Promise((resolve) => this.#idle.push(resolve));
	}

	get #isIdle(): boolean {
		return this.#small.running + this.#large.running === 0;
	}

	/** A small request waits for no flood, except for that of its own organization, whose head is locked. */
	#queueOf({ org, bytes }: Append): Queue {
		const large = this.#largeOf.get(org) ?? 0;
		if (bytes < largeBytes) return large === 0 ? this.#small : this.#large;
		this.#largeOf.set(org, large + 1);
		return this.#large;
	}

	#pump(queue: Queue): void {
		while (queue.running < inFlight && queue.waiting.length > 0) {
			queue.running++;
			void this.#write(takeBatch(queue, this.#options.isAlone)).then(() => {
				queue.running--;
				this.#pump(queue);
			});
		}
		if (this.#isIdle) for (const wake of this.#idle.splice(0)) wake();
	}

	/** Writes a batch, whole or, if its data is refused, by halves: nobody pays for a neighbour's line. */
	async #write(batch: Waiting[]): Promise<void> {
		if (batch.length === 0) return;
		const outcomes = await this.#attempt(batch.map(({ request }) => request));
		if (outcomes === 'gone') return this.#writeLiving(batch);
		if (outcomes === 'refused' && batch.length > 1) {
			const half = batch.length >> 1;
			await this.#write(batch.slice(0, half));
			return this.#write(batch.slice(half));
		}
		this.#settle(batch, outcomes);
	}

	/** Writes a batch without requests for organizations deleted meanwhile. */
	async #writeLiving(batch: Waiting[]): Promise<void> {
		const living = await this.#livingOf(batch);
		if (!living) return this.#settle(batch, 'away');
		const gone = batch.filter(({ request }) => !living.has(request.org));
		if (gone.length === 0) return this.#settle(batch, 'refused'); // it was something else
		this.#settle(gone, 'gone');
		await this.#write(batch.filter(({ request }) => living.has(request.org)));
	}

	/** The organizations of a batch that still exist; null if the database cannot be queried. */
	async #livingOf(batch: Waiting[]): Promise<Map<string, number> | null> {
		const { store, log } = this.#options;
		try {
			return await store.heads([...new Set(batch.map(({ request }) => request.org))]);
		} catch (error) {
			log.warn({ err: error, requests: batch.length }, 'the database went away after a refused commit');
			return null;
		}
	}

	#settle(batch: Waiting[], outcomes: Answer[] | Failure): void {
		batch.forEach(({ request, settled }, index) => {
			this.#queuedBytes -= request.bytes;
			if (request.bytes >= largeBytes) this.#forgetLarge(request.org);
			const answer = typeof outcomes === 'string' ? undefined : outcomes[index];
			settled(answer ? { kind: 'stored', answer } : { kind: outcomes as Failure });
		});
	}

	#forgetLarge(org: string): void {
		const left = (this.#largeOf.get(org) ?? 1) - 1;
		if (left === 0) this.#largeOf.delete(org);
		else this.#largeOf.set(org, left);
	}

	async #attempt(requests: Append[], tries = 1): Promise<Answer[] | Failure> {
		const { sql, log, committed } = this.#options;
		const started = performance.now();
		const commitment = commit(sql, requests, this.#options.now?.());
		try {
			const { answers, lines } = await commitment.done;
			committed(lines, performance.now() - started);
			return answers;
		} catch (error) {
			if (isAway(error)) {
				log.warn({ err: error, requests: requests.length }, 'the database went away during a commit');
				return settle(sql, commitment, log);
			}
			if (error instanceof NoOrganization) return 'gone';
			if (isRolledBack(error) && tries < mostTries) return this.#attempt(requests, tries + 1);
			if (isBrokenOff(error)) {
				log.warn({ err: error, requests: requests.length }, 'PostgreSQL broke off a commit of log lines');
				return 'busy';
			}
			if (isFull(error)) {
				log.warn({ err: error, requests: requests.length }, 'PostgreSQL has no room for log lines');
				this.#options.full?.();
				return 'no room';
			}
			log.error({ err: error, requests: requests.length }, 'the database refused a batch of log lines');
			return 'refused';
		}
	}
}

/** What goes together: the longest waiting, and with `isAlone` those of its organization. */
function takeBatch(queue: Queue, isAlone = false): Waiting[] {
	const first = queue.waiting[0]?.request.org;
	const [own, others] = isAlone
		? partition(queue.waiting, ({ request }) => request.org === first)
		: [queue.waiting, []];
	const taken = countOf(own);
	queue.waiting = [...others, ...own.slice(taken)]; // so that the others have their turn
	return own.slice(0, taken);
}

function partition(waiting: readonly Waiting[], isOwn: (one: Waiting) => boolean): [Waiting[], Waiting[]] {
	const { true: own = [], false: others = [] } = Object.groupBy(waiting, (one) => String(isOwn(one)));
	return [own, others];
}

/** How many of them one transaction takes. */
function countOf(waiting: readonly Waiting[]): number {
	let lines = 0;
	let bytes = 0;
	let taken = 0;
	for (const { request } of waiting) {
		lines += request.report.accepted;
		bytes += request.bytes;
		if (taken > 0 && (lines > mostLines || bytes > mostBytes)) break;
		taken++;
	}
	return taken;
}
