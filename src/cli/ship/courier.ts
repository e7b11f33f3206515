import { Buffer } from 'node:buffer';
import type { Bell } from '../delivery/bell.ts';
import type { Answer, Api } from '../delivery/logs-api.ts';
import type { Mask } from '../delivery/mask.ts';
import type { Persistence } from '../delivery/persistence.ts';
import { Recorder } from './recorder.ts';
import * as request from './request.ts';
import type { Source } from './source.ts';
import type { Pending } from './state.ts';

/** What one source gives at a time, in UTF-16 units, so that each has its turn. */
const share = 32 * 1024;
/** UTF-16 units that wait for the server at most, those of a full request; then nothing more is read. */
const most = request.usual.units + share;
/** Between two requests that are not full, and between two looks at what may have grown, in ms. */
const pauses = { requests: 100, looks: 500 };

export interface CourierOptions {
	api: Pick<Api, 'send'>;
	mask: Pick<Mask, 'hideIn'>;
	persistence: Persistence;
	/** Rung when there may be something to read, and when `stop` or `giveUp` is called. */
	bell: Bell;
	giveUp: AbortSignal;
	/** Called when what an earlier run was sending is settled; resolves when it is known where everything begins. */
	begin(): Promise<void>;
	/** The sources as they are now; called before each look at them. */
	look(now: number): readonly Source[];
	/** After a look at one of them. */
	looked(source: Source, now: number): void;
	/** Records how far everything has been sent; throws if it cannot. */
	save(pending: Pending | null): void;
	/** Only to the end of what is there. */
	once: boolean;
	say(message: string): void;
}

/**
 * Reads sources and sends what they give, one request at a time. Before a request its ranges are recorded, after the answer how
 * far it came, so that a crash loses nothing, and what it repeats has the same key.
 */
export class Courier {
	readonly #options: CourierOptions;
	readonly #recorder: Recorder;
	readonly #queue: request.Item[] = [];
	#turn = 0;
	#isStopping = false;
	/** Whether something may have grown. */
	#hasNews = false;
	/** Lines that the server rejected. */
	rejected = 0;
	/** Why it has ended, if not because all is sent. */
	fault: string | null = null;

	/** `pending`: what an earlier run was sending when it ended. */
	constructor(options: CourierOptions, pending: Pending | null) {
		this.#options = options;
		const { save, bell, say } = options;
		this.#recorder = new Recorder({ save, bell, say, isOver: () => this.#isOver }, pending);
	}

	/** What is taken and not sent. */
	get waiting(): number {
		return request.linesIn(this.#queue);
	}

	/** There may be something to read. */
	wake(): void {
		this.#hasNews = true;
		this.#options.bell.ring();
	}

	/** Sends what the sources still give, and ends when they are spent. */
	stop(): void {
		this.#isStopping = true;
		this.#options.bell.ring();
	}

	/** Ends with this fault. */
	fail(fault: string): void {
		this.fault ??= fault;
		this.#options.bell.ring();
	}

	/** Until all is sent, if it ends at all; or a fault, or `giveUp`. */
	async run(): Promise<void> {
		await this.#run();
		// What has become of the files since the last request.
		if (this.#recorder.pending === null) await this.#recorder.record(null);
	}

	async #run(): Promise<void> {
		const { pending } = this.#recorder;
		if (pending && !(await this.#repeat(pending))) return;
		await this.#options.begin();
		// Also if nothing comes: what comes while nothing reads it is sent at the next start.
		await this.#recorder.record(null);
		while (!this.#isOver) {
			this.#fill();
			if (this.#queue.length > 0) await this.#sendNext();
			else if (this.#isEnding && this.#finish()) return;
			else if (this.#queue.length === 0) await this.#waitForNews(pauses.looks);
		}
	}

	get #isOver(): boolean {
		return this.fault !== null || this.#options.giveUp.aborted;
	}

	get #isEnding(): boolean {
		return this.#isStopping || this.#options.once;
	}

	#fill(): void {
		this.#hasNews = false;
		const now = performance.now();
		const sources = this.#inTurn(this.#options.look(now));
		let units = request.textLength(this.#queue);
		for (let before = -1; units > before && units < most;) {
			before = units;
			for (const source of sources) {
				if (units < most && !source.waits) units += this.#take(source, share, now);
			}
		}
	}

	/** Rotated files come before those that follow them; the others begin one after the other. */
	#inTurn(sources: readonly Source[]): Source[] {
		const leaving = sources.filter(({ isLeaving }) => isLeaving);
		const staying = sources.filter(({ isLeaving }) => !isLeaving);
		const first = staying.length > 0 ? this.#turn++ % staying.length : 0;
		return [...leaving, ...staying.slice(first), ...staying.slice(0, first)];
	}

	/** Gives the units that were taken. */
	#take(source: Source, units: number, now: number): number {
		let from = source.taken;
		let taken = 0;
		for (const portion of source.take(units, now)) {
			this.#queue.push({ ...portion, source, from });
			from = portion.to;
			taken += portion.ndjson.length;
		}
		this.#options.looked(source, now);
		return taken;
	}

	/** At the end: lets go what waits for more lines. True if there was nothing. */
	#finish(): boolean {
		const now = performance.now();
		const sources = this.#options.look(now);
		for (const source of sources.filter(({ waits }) => !waits)) {
			source.finish(this.#options.once);
			this.#take(source, 0, now);
		}
		return this.#queue.length === 0 && sources.every(({ isSpent }) => isSpent);
	}

	async #sendNext(): Promise<void> {
		const began = performance.now();
		const items = request.cut(this.#queue);
		if (!(await this.#deliver(items))) this.#queue.unshift(...items);
		else if (!request.isFull(items) && !this.#isEnding) {
			const rest = pauses.requests - (performance.now() - began);
			await this.#options.bell.wait(rest, () => this.#isOver || this.#isEnding);
		}
	}

	/** Whether the server has answered for them. What is too large, or spoilt by one of its lines, goes in halves. */
	async #deliver(items: request.Item[]): Promise<boolean> {
		if (request.linesIn(items) > 0) {
			const pending = request.pendingOf(items);
			if (!(await this.#recorder.record(pending))) return false;
			const answer = await this.#send(request.bytesOf(items), pending.key);
			if (answer.kind === 'unwanted' && items.length > 1) {
				const middle = Math.ceil(items.length / 2);
				return (await this.#deliver(items.slice(0, middle))) && (await this.#deliver(items.slice(middle)));
			}
			if (!this.#isTaken(answer, request.linesIn(items))) return false;
		}
		for (const [source, to] of new Map(items.map(({ source, to }) => [source, to]))) source.confirm(to);
		return this.#recorder.record(null);
	}

	#send(lines: Buffer<ArrayBuffer>, key: string): Promise<Answer> {
		const { api, mask, persistence } = this.#options;
		const bytes = mask.hideIn(lines);
		return persistence.persist(() => api.send(bytes, key));
	}

	#isTaken(answer: Answer, lines: number): boolean {
		if (answer.kind === 'later') return false;
		if (answer.kind === 'refused') {
			this.fault ??= answer.reason;
			return false;
		}
		this.#options.persistence.succeeded();
		const rejected = answer.kind === 'unwanted' ? lines : answer.rejected;
		if (rejected > 0 && this.rejected === 0) {
			this.#options.say(`the server rejected ${rejected} of ${lines} lines (${answer.reason})`);
		}
		this.rejected += rejected;
		return true;
	}

	/** What was under way when an earlier run ended. Whether to go on. */
	async #repeat({ key, parts }: Pending): Promise<boolean> {
		const sources = this.#options.look(performance.now());
		let text = '';
		let lines = 0;
		const found: { source: Source; to: request.Item['to'] }[] = [];
		for (const { id, from, to } of parts) {
			const source = sources.find((source) => source.id === id && source.taken === from);
			const rest = source && (await source.replay(to));
			if (!rest) {
				this.#options.say('some lines that were being sent when ship ended are gone; they may be lost');
				continue;
			}
			text += rest.ndjson;
			lines += rest.lines;
			found.push({ source, to });
		}
		if (lines === 0) return true;
		const answer = await this.#send(Buffer.from(text), key);
		// None of it was stored: it is read anew, and sent in smaller parts.
		if (answer.kind === 'unwanted') return this.#recorder.record(null);
		if (!this.#isTaken(answer, lines)) return false;
		for (const { source, to } of found) source.skip(to);
		return this.#recorder.record(null);
	}

	/** For at most so long, and until there may be something to read, or something that waited is due. */
	#waitForNews(ms: number): Promise<void> {
		const now = performance.now();
		const sources = this.#options.look(now);
		const due = Math.min(now + ms, ...sources.map((source) => Math.max(source.due, now + 1)));
		const wasEnding = this.#isEnding;
		return this.#options.bell.wait(
			due - now,
			() => this.#isOver || this.#hasNews || this.#isEnding !== wasEnding
		);
	}
}
