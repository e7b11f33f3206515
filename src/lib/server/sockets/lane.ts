import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { pack, type Frame } from '../ingest/frames.ts';
import type { Refusal } from '../ingest/protocols/decoded.ts';
import type { Format } from '../ingest/protocols/format.ts';
import { weightOf, type Append, type Report } from '../logs/append.ts';
import type { AppendOutcome } from '../logs/writer.ts';
import type { Counts, Reason } from './counts.ts';
import type { Destination } from './destination.ts';

/** A frame that waits to be stored. */
export interface PendingFrame extends Frame {
	/** It is stored: `told` is what the decoder says of all frames of its batch, among them this one. */
	stored(told: unknown, index: number): void;
	dropped(reason: Reason): void;
}

/** What a lane needs of its listener. */
export interface Kind {
	format: Format;
	/** For the decoder. */
	parameters: Readonly<Record<string, string>>;
	counts: Counts;
}

/** What the decoder gets. */
interface Job {
	format: Format;
	bytes: Uint8Array;
	contentType: null;
	parameters: Readonly<Record<string, string>>;
	headers: Readonly<Record<string, string>>;
	now: number;
}

type Received = Pick<Append, 'entries' | 'chunks'> & { report: Report; told?: unknown };

/** What a lane needs of the server. */
export interface Store {
	decode(org: string, job: Job): Promise<Received | Refusal>;
	append(request: Append): Promise<AppendOutcome>;
	log: Logger;
	/** Aborted when there is no more time to wait for the database. */
	giveUp: AbortSignal;
}

/** What a frame takes in memory besides its bytes. */
export const frameBytes = 256;
/** What one batch takes at most. The writer's transactions are of this size. */
const mostFrames = 10_000;
const mostBytes = 4 * 1024 * 1024;
/** Between two attempts, in ms. */
const [firstPause, longestPause] = [50, 1_000];

/** Frames that were decoded for an organization. */
interface Prepared {
	frames: PendingFrame[];
	org: string;
	received: Received;
}

/**
 * The frames for one destination of a listener, in their order. While one batch is committed the next is decoded; what arrives
 * meanwhile is the batch after it. There is no timer: the first frame goes at once.
 */
export class Lane {
	readonly #kind: Kind;
	readonly #destination: Destination;
	readonly #store: Store;
	readonly #idle: () => void;
	#queue: PendingFrame[] = [];
	#isRunning = false;

	/** `idle` is called whenever nothing waits any more. */
	constructor(kind: Kind, destination: Destination, store: Store, idle: () => void) {
		this.#kind = kind;
		this.#destination = destination;
		this.#store = store;
		this.#idle = idle;
	}

	add(frame: PendingFrame): void {
		this.#queue.push(frame);
		if (this.#isRunning) return;
		this.#isRunning = true;
		// What the same read or the same turn brings belongs together.
		setImmediate(() => void this.#run());
	}

	async #run(): Promise<void> {
		let next = this.#prepareNext();
		while (next) {
			const prepared = await next;
			const following = this.#prepareNext();
			if (prepared) await this.#commit(prepared);
			next = following ?? this.#prepareNext();
		}
		this.#isRunning = false;
		this.#idle();
	}

	#prepareNext(): Promise<Prepared | null> | null {
		if (this.#queue.length === 0) return null;
		return this.#prepare(this.#takeBatch());
	}

	#takeBatch(): PendingFrame[] {
		let bytes = 0;
		let count = 0;
		for (const frame of this.#queue) {
			bytes += frame.bytes.length;
			if (count > 0 && (bytes > mostBytes || count === mostFrames)) break;
			count += 1;
		}
		const batch = this.#queue.slice(0, count);
		this.#queue = this.#queue.slice(count);
		return batch;
	}

	/** Finds the organization, waiting for the database if need be, and decodes. Null if nothing is left to be stored. */
	async #prepare(frames: PendingFrame[]): Promise<Prepared | null> {
		const resolved = await this.#untilThere(() => this.#destination.resolve());
		if (!resolved.ok) return this.#drop(frames, resolved.reason);
		const { org } = resolved;
		const { format, parameters, counts } = this.#kind;
		const job = { format, parameters, contentType: null, headers: {}, bytes: pack(frames), now: Date.now() };
		const received = await this.#decode(org, job);
		if ('status' in received) {
			if (frames.length > 1) return this.#inHalves(frames);
			return this.#drop(frames, 'malformed');
		}
		counts.drop('malformed', received.report.rejected);
		if (received.report.accepted > 0) return { frames, org, received };
		frames.forEach((frame, index) => frame.stored(received.told, index));
		return null;
	}

	/** A fault of ours costs only the frame that shows it. */
	async #decode(org: string, job: Job): Promise<Received | Refusal> {
		try {
			return await this.#store.decode(org, job);
		} catch (error) {
			this.#store.log.error({ err: error, format: job.format }, 'lines of a socket could not be decoded');
			return { status: 400, detail: 'a fault of the decoder' };
		}
	}

	/** Appends until it is known what became of it. */
	async #commit({ frames, org, received }: Prepared): Promise<void> {
		const { report, told, ...lines } = received;
		const bytes = lines.chunks
			? weightOf(lines.chunks)
			: frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
		const request = { org, ...lines, report, bytes, idempotencyKey: null };
		const kind = await this.#untilSettled(request);
		if (kind === 'stored') {
			this.#kind.counts.take(org, report.accepted);
			frames.forEach((frame, index) => frame.stored(told, index));
		} else if (kind === 'refused' && frames.length > 1) await this.#inHalves(frames);
		else this.#drop(frames, kind);
	}

	async #untilSettled(request: Append): Promise<'stored' | Reason> {
		for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
			const { kind } = await this.#store.append(request);
			if (kind === 'stored' || kind === 'refused') return kind;
			if (kind === 'gone') return 'organization';
			if (!(await this.#wait(pause))) return 'stopped';
		}
	}

	/** So that what one frame does wrong costs no other. */
	async #inHalves(frames: PendingFrame[]): Promise<null> {
		const middle = frames.length >> 1;
		for (const half of [frames.slice(0, middle), frames.slice(middle)]) {
			const prepared = await this.#prepare(half);
			if (prepared) await this.#commit(prepared);
		}
		return null;
	}

	async #untilThere<Result extends { ok: boolean }>(
		look: () => Promise<Result>
	): Promise<Result | { ok: false; reason: 'stopped' }> {
		for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
			try {
				return await look();
			} catch (error) {
				this.#store.log.debug({ err: error }, 'lines of a socket wait for the database');
			}
			if (!(await this.#wait(pause))) return { ok: false, reason: 'stopped' };
		}
	}

	/** False if there is no time left. */
	async #wait(ms: number): Promise<boolean> {
		const { giveUp } = this.#store;
		if (giveUp.aborted) return false;
		await sleep(ms, null, { signal: giveUp }).catch(() => {}); // it was aborted, as is seen next
		return !giveUp.aborted;
	}

	#drop(frames: PendingFrame[], reason: Reason): null {
		this.#kind.counts.drop(reason, frames.length);
		for (const frame of frames) frame.dropped(reason);
		return null;
	}
}
