import * as bytes from './bytes.ts';
import { isFinished, type Address, type FinalStatus } from './deploy.ts';
import { mostBytes, noticeAfter } from './limit.ts';
import type { Addition } from './steps.ts';
import type { DeployStore } from './store.ts';
import type { ByteMark } from './times.ts';

/** The result of an append. `end` is where the sender's bytes end, on disk: it continues from there. */
export type Appended =
	| { kind: 'stored'; end: number }
	| { kind: 'wrong offset'; end: number }
	/** The log has reached its limit and takes no more bytes, only heartbeats. */
	| { kind: 'too large'; end: number }
	| { kind: 'finished'; status: FinalStatus }
	/** The buffer is full: nothing was stored, the same append will succeed later. */
	| { kind: 'full' }
	| { kind: 'none' };

export interface BufferOptions {
	store: DeployStore;
	/** The least time between two flushes, in ms. */
	flushMs: number;
	/** The logs that grew, called once they are on disk. */
	onflushed(addresses: Address[]): void;
	/** The interrupted deploys that run again. */
	onrevived(addresses: Address[]): void;
}

/** The flush that an append waited for failed: none of it was stored. */
export class FlushFailed extends Error {}

interface Waiting {
	answer: Appended;
	resolve(answer: Appended): void;
	reject(error: FlushFailed): void;
}

/** What the next flush does to one log. */
interface Pending extends Address {
	/** The size of the log on disk, and where the sender's bytes end in it. */
	size: number;
	stored: number;
	/** Where the sender's bytes will end after the flush. */
	end: number;
	cutAt: number | null;
	midLine: boolean;
	data: Uint8Array[];
	/** When its bytes arrived; none: all of them now. */
	marks: ByteMark[];
	waiting: Waiting[];
}

/** Bytes of all logs that may wait for a flush: one transaction, which blocks the process for about 0.1 s. */
const mostPending = 16 * 1024 * 1024;

/**
 * Collects appends, checks their offsets against what will be on disk when they get there, and flushes all logs in one
 * transaction. An append is answered after that; so is one with a wrong offset, because its sender takes the reported end as
 * stored. Between a flush and the next append nothing is kept and no timer runs.
 */
export class DeployBuffer {
	readonly #options: BufferOptions;
	#pending = new Map<string, Pending>();
	#pendingBytes = 0;
	#timer: NodeJS.Timeout | null = null;
	#flushedAt = -Infinity;

	constructor(options: BufferOptions) {
		this.#options = options;
	}

	/** Whether an append of this many bytes would be refused now: check it before reading a body. */
	isFull(length: number): boolean {
		return this.#pendingBytes > 0 && this.#pendingBytes + length > mostPending;
	}

	/**
	 * Appends bytes that begin at `offset` (null: at the end); none are a heartbeat. `marks`: when they arrived, if not now.
	 * Resolves when its answer is on disk.
	 * @throws FlushFailed when they could not be stored: the sender retries.
	 */
	async append(
		org: string,
		id: string,
		offset: number | null,
		data: Uint8Array,
		marks: readonly ByteMark[] = []
	): Promise<Appended> {
		const opened = this.#pending.get(keyOf({ org, id })) ?? this.#open(org, id);
		if ('kind' in opened) return opened;
		if (offset !== null && offset !== opened.end)
			return this.#settled(opened, { kind: 'wrong offset', end: opened.end });
		if (data.length > 0 && (opened.cutAt !== null || opened.end + data.length > mostBytes)) {
			this.#cutOff(opened);
			return this.#settled(opened, { kind: 'too large', end: opened.end });
		}
		if (this.isFull(data.length)) return { kind: 'full' };
		this.#add(opened, data, marks);
		opened.end += data.length;
		return this.#settled(opened, { kind: 'stored', end: opened.end });
	}

	/** Drops pending data of a deploy about to be removed: to its waiting senders the deploy no longer exists. */
	forget(org: string, id: string): void {
		const pending = this.#pending.get(keyOf({ org, id }));
		if (!pending) return;
		this.#pending.delete(keyOf(pending));
		this.#pendingBytes -= pending.data.reduce((sum, { length }) => sum + length, 0);
		for (const { resolve } of pending.waiting) resolve({ kind: 'none' });
	}

	/** Writes pending data now. Never throws: waiting senders are told. */
	flush(): void {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		if (this.#pending.size === 0) return;
		const batch = [...this.#pending.values()];
		this.#pending = new Map();
		this.#pendingBytes = 0;
		const revived = this.#store(batch);
		this.#flushedAt = performance.now();
		if (!revived) return;
		if (revived.length > 0) this.#options.onrevived(revived);
		this.#options.onflushed(batch.filter(({ data }) => data.length > 0));
	}

	/** Stores a batch, answers its waiting senders and returns the deploys it revived; null if it failed. */
	#store(batch: Pending[]): Address[] | null {
		try {
			const revived = this.#options.store.append(batch.map(additionOf));
			batch.forEach(succeed);
			return revived;
		} catch (error) {
			for (const pending of batch) fail(pending, error);
			return null;
		}
	}

	#open(org: string, id: string): Pending | Appended {
		const at = this.#options.store.positionOf(org, id);
		if (!at) return { kind: 'none' };
		if (isFinished(at.status)) return { kind: 'finished', status: at.status };
		const { size, cutAt, midLine } = at;
		const stored = cutAt ?? size;
		return { org, id, size, stored, end: stored, cutAt, midLine, data: [], marks: [], waiting: [] };
	}

	/** Ends a log with a line that says why, once. The sender's own bytes stay countable: they end at `cutAt`. */
	#cutOff(pending: Pending): void {
		if (pending.cutAt !== null) return;
		pending.cutAt = pending.end;
		this.#add(pending, noticeAfter(pending.midLine));
	}

	#add(pending: Pending, data: Uint8Array, marks: readonly ByteMark[] = []): void {
		this.#pending.set(keyOf(pending), pending);
		if (data.length > 0) {
			mark(pending, marks);
			pending.data.push(data);
			pending.midLine = data.at(-1) !== bytes.lineFeed;
			this.#pendingBytes += data.length;
		}
		const wait = this.#flushedAt + this.#options.flushMs - performance.now();
		this.#timer ??= setTimeout(() => this.flush(), Math.max(0, wait));
	}

	/** The answer after the flush that it depends on, if any. */
	#settled(pending: Pending, answer: Appended): Promise<Appended> | Appended {
		if (this.#pending.get(keyOf(pending)) !== pending) return answer;
		return new Promise((resolve, reject) => pending.waiting.push({ answer, resolve, reject }));
	}
}

/** Adds the times of bytes about to be added. Bytes without times arrived now, which only needs saying beside others. */
function mark({ data, marks }: Pending, added: readonly ByteMark[]): void {
	if (marks.length === 0 && added.length === 0) return;
	const before = data.reduce((sum, { length }) => sum + length, 0);
	const now = { at: 0, time: Date.now() };
	if (marks.length === 0 && before > 0) marks.push(now);
	for (const { at, time } of added.length > 0 ? added : [now]) marks.push({ at: before + at, time });
}

const keyOf = ({ org, id }: Address) => `${org}/${id}`;

function additionOf({ org, id, size, cutAt, data, marks }: Pending): Addition {
	const [only] = data;
	return {
		org,
		id,
		offset: size,
		cutAt,
		marks,
		data: only && data.length === 1 ? only : Buffer.concat(data)
	};
}

/** The true end is the one after this flush, whatever it was when the offset proved wrong. */
function succeed({ waiting, end }: Pending): void {
	for (const { answer, resolve } of waiting) {
		resolve(answer.kind === 'wrong offset' ? { kind: 'wrong offset', end } : answer);
	}
}

/** After a failed flush the log ends where it did before. */
function fail({ waiting, stored }: Pending, cause: unknown): void {
	for (const { answer, resolve, reject } of waiting) {
		if (answer.kind === 'wrong offset') resolve({ kind: 'wrong offset', end: stored });
		else reject(new FlushFailed('the deploy database could not be written', { cause }));
	}
}
