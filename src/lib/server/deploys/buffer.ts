import * as bytes from './bytes.ts';
import { isFinished, type Address } from './deploy.ts';
import { mostBytes, noticeAfter } from './limit.ts';
import * as pendings from './pending.ts';
import type { Appended, Pending } from './pending.ts';
import type { Added } from './steps.ts';
import type { Records } from './store.ts';
import type { ByteMark } from './times.ts';

export interface BufferOptions {
	records: Records;
	/** The least time between two flushes, in ms. */
	flushMs: number;
	/** The logs that grew, called once they are on disk. */
	onflushed(addresses: Address[]): void;
	/** The interrupted deploys that run again. */
	onrevived(addresses: Address[]): void;
}

/** Bytes of all logs that may wait for a flush: one transaction, which blocks SQLite's process for about 0.1 s. */
const mostPending = 16 * 1024 * 1024;

/**
 * Collects appends, checks their offsets against what will be on disk when they get there, and flushes all logs in one
 * transaction, one after the other. An append is answered after that; so is one with a wrong offset, because its sender takes
 * the reported end as stored. Between a flush and the next append nothing is kept and no timer runs.
 */
export class DeployBuffer {
	readonly #options: BufferOptions;
	#pending = new Map<string, Pending>();
	/** What the flush under way does. */
	#flushing = new Map<string, Pending>();
	#flush: Promise<void> | null = null;
	/** Appends that are finding out where their logs end. */
	readonly #entering = new Set<Promise<unknown>>();
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
		const entering = this.#enter({ org, id }, offset, data, marks);
		this.#entering.add(entering);
		try {
			const { settled } = await entering;
			return settled;
		} finally {
			this.#entering.delete(entering);
		}
	}

	/** Takes an append, or finds out why not; `settled` is its answer, in an object so as not to wait for it. */
	async #enter(
		{ org, id }: Address,
		offset: number | null,
		data: Uint8Array,
		marks: readonly ByteMark[]
	): Promise<{ settled: Promise<Appended> | Appended }> {
		const found = this.#next({ org, id }) ?? (await this.#open(org, id));
		const opened = this.#next({ org, id }) ?? found; // of an append that came in meanwhile
		if ('kind' in opened) return { settled: opened };
		return { settled: this.#take(opened, offset, data, marks) };
	}

	#take(
		opened: Pending,
		offset: number | null,
		data: Uint8Array,
		marks: readonly ByteMark[]
	): Promise<Appended> | Appended {
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
		const pending = this.#pending.get(pendings.keyOf({ org, id }));
		if (!pending) return;
		this.#drop(pending);
		pendings.answerAll(pending, { kind: 'none' });
	}

	/** Resolves when everything appended so far is written. Never rejects: waiting senders are told. */
	async flush(): Promise<void> {
		await Promise.allSettled(this.#entering); // each append learns of its own failure
		while (this.#flush) await this.#flush;
		await this.#begin();
	}

	async #begin(): Promise<void> {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		if (this.#pending.size === 0) return;
		this.#flush = this.#write();
		await this.#flush;
	}

	async #write(): Promise<void> {
		const batch = [...this.#pending.values()];
		this.#flushing = this.#pending;
		this.#pending = new Map();
		this.#pendingBytes = 0;
		const stored = await this.#store(batch);
		this.#flushing = new Map();
		this.#flush = null;
		this.#flushedAt = performance.now();
		if (this.#pending.size > 0) this.#flushLater();
		const revived = stored.filter(({ added }) => added.revived).map(({ pending }) => pending);
		const grown = stored.map(({ pending }) => pending).filter(({ data }) => data.length > 0);
		if (revived.length > 0) this.#options.onrevived(revived);
		if (grown.length > 0) this.#options.onflushed(grown);
	}

	/** Stores a batch, answers its waiting senders and returns what was stored. */
	async #store(batch: Pending[]) {
		try {
			const added = await this.#options.records.append(batch.map(pendings.additionOf));
			return batch.flatMap((pending, index) => this.#conclude(pending, added[index] as Added));
		} catch (error) {
			for (const pending of batch) {
				pendings.fail(pending, error);
				const next = this.#pending.get(pendings.keyOf(pending)); // it was to begin where this would have ended
				if (next) this.#drop(next);
				if (next) pendings.fail({ ...next, stored: pending.stored }, error);
			}
			return [];
		}
	}

	#conclude(pending: Pending, added: Added) {
		if (added.kind === 'stored') {
			pendings.succeed(pending);
			return [{ pending, added }];
		}
		const next = this.#pending.get(pendings.keyOf(pending));
		if (next) this.#drop(next);
		for (const one of next ? [pending, next] : [pending])
			pendings.answerAll(one, pendings.answerAt(added.at));
		return [];
	}

	/** What the next flush does to a log, if that is known without asking the store. */
	#next(address: Address): Pending | null {
		const key = pendings.keyOf(address);
		const pending = this.#pending.get(key);
		if (pending) return pending;
		const before = this.#flushing.get(key);
		if (!before) return null;
		const { org, id, end, cutAt, midLine } = before;
		const size = before.size + pendings.lengthOf(before);
		return { org, id, size, stored: end, end, cutAt, midLine, data: [], marks: [], waiting: [] };
	}

	async #open(org: string, id: string): Promise<Pending | Appended> {
		const at = await this.#options.records.positionOf(org, id);
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
		this.#pending.set(pendings.keyOf(pending), pending);
		if (data.length > 0) {
			pendings.mark(pending, marks);
			pending.data.push(data);
			pending.midLine = data.at(-1) !== bytes.lineFeed;
			this.#pendingBytes += data.length;
		}
		this.#flushLater();
	}

	#flushLater(): void {
		if (this.#flush) return; // its end sees to it
		const wait = this.#flushedAt + this.#options.flushMs - performance.now();
		this.#timer ??= setTimeout(() => void this.#begin(), Math.max(0, wait));
	}

	#drop(pending: Pending): void {
		this.#pending.delete(pendings.keyOf(pending));
		this.#pendingBytes -= pendings.lengthOf(pending);
	}

	/** The answer after the flush that it depends on, if any. */
	#settled(pending: Pending, answer: Appended): Promise<Appended> | Appended {
		const key = pendings.keyOf(pending);
		const before = this.#pending.get(key) === pending ? pending : this.#flushing.get(key);
		if (!before) return answer;
		return new Promise((resolve, reject) => before.waiting.push({ answer, resolve, reject }));
	}
}
