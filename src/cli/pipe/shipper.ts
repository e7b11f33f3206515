import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import * as bells from '../delivery/bell.ts';
import { Http } from '../delivery/http.ts';
import { Mask } from '../delivery/mask.ts';
import { Outbox } from '../delivery/outbox.ts';
import { Persistence, usualPauses, type Pauses } from '../delivery/persistence.ts';
import type { Server } from '../delivery/server.ts';
import { Api, type Answer, type Defaults } from '../delivery/logs-api.ts';
import * as batch from '../delivery/batch.ts';
import { Assembly, type Batch } from '../delivery/assembly.ts';
import type { Origin } from '../delivery/entry.ts';
import { Lines, type Line } from '../delivery/lines.ts';

const mebibyte = 1024 * 1024;

export interface Limits extends Pauses {
	/** How many bytes may wait for the server before `write` waits too. */
	waiting: number;
}

/** What the lines are. */
export interface Reading {
	origin: Origin;
	/** Whether the lines of a stack trace are one entry. */
	joins: boolean;
}

const asTheyCome: Reading = { origin: { service: null, members: '' }, joins: false };

const usualLimits: Limits = { ...usualPauses, waiting: 16 * mebibyte };
/** ms: the longest delay that a timer may have. */
const forever = 2 ** 31 - 1;
/** How long after the end to report that there are still lines to send, in ms. */
const quietEnd = 2_000;

/**
 * Sends lines as they arrive. One request is in flight at most, and takes everything that arrived since the previous one (group
 * commit); it is repeated with its Idempotency-Key until the server has answered for it.
 */
export class Shipper {
	readonly #limits: Limits;
	readonly #say: (message: string) => void;
	readonly #mask: Mask;
	readonly #lines = new Lines();
	readonly #assembly: Assembly;
	#settling: NodeJS.Timeout | undefined;
	readonly #outbox = new Outbox({ memory: Infinity, all: Infinity });
	readonly #bell = bells.hang();
	readonly #room = bells.hang();
	readonly #giveUp = new AbortController();
	readonly #api: Api;
	readonly #persistence: Persistence;
	#sending: Promise<void> = Promise.resolve();
	#ended = false;
	/** Why sending has stopped. */
	#fault: string | null = null;
	#undelivered = 0;

	constructor(
		server: Server,
		defaults: Defaults,
		say: (message: string) => void,
		limits: Partial<Limits> = {},
		reading: Reading = asTheyCome
	) {
		this.#limits = { ...usualLimits, ...limits };
		this.#say = say;
		this.#mask = new Mask(server.key);
		this.#assembly = new Assembly(reading.origin, reading.joins);
		this.#api = new Api(new Http(server, this.#giveUp.signal), defaults);
		this.#persistence = new Persistence({
			pauses: this.#limits,
			bell: this.#bell,
			giveUp: this.#giveUp.signal,
			ending: () => this.#ended,
			say,
			meanwhile: 'lines wait in memory, and reading stops when 16 MiB are waiting'
		});
	}

	/** Call once. The server need not be up. */
	begin(): void {
		this.#sending = this.#run().catch((error: Error) => this.#stop(`a bug: ${error.stack}`));
	}

	/** Resolves when there is room for more. */
	async write(bytes: Uint8Array): Promise<void> {
		this.#add(this.#lines.push(this.#mask.push(bytes)));
		await this.#room.wait(forever, () => this.#hasRoom());
	}

	/** Sends the rest, for this many ms at most; resolves with the number of undelivered lines. */
	async end(patience: number): Promise<number> {
		this.#add([...this.#lines.push(this.#mask.end()), ...this.#lines.end()]);
		this.#assembly.finish();
		this.#add([]);
		this.#ended = true;
		const notice = setTimeout(() => this.#say(this.#waiting(patience)), quietEnd);
		const limit = setTimeout(() => this.giveUp(), patience);
		this.#bell.ring();
		await this.#sending;
		clearTimeout(notice);
		clearTimeout(limit);
		this.#undelivered += this.#left();
		if (this.#undelivered > 0) this.#say(`${batch.count(this.#undelivered)} not delivered`);
		return this.#undelivered;
	}

	/** Stops at once, including a request under way. */
	giveUp(): void {
		this.#giveUp.abort();
		this.#bell.ring();
		this.#room.ring();
	}

	/** Stops at the latest in so many ms. */
	giveUpIn(ms: number): void {
		setTimeout(() => this.giveUp(), ms).unref();
	}

	#add(lines: Line[]): void {
		const now = performance.now();
		for (const line of lines) this.#assembly.add({ ...line, stream: '', isPart: false }, now);
		this.#append(this.#assembly.take(now));
		this.#settleLater();
	}

	/** What waits for the next line of a stack trace goes out when none comes. */
	#settleLater(): void {
		clearTimeout(this.#settling);
		if (this.#assembly.due === Infinity) return;
		this.#settling = setTimeout(
			() => {
				this.#assembly.settle(performance.now());
				this.#add([]);
			},
			Math.max(0, this.#assembly.due - performance.now())
		);
	}

	#append(batches: Batch[]): void {
		const bytes = Buffer.from(batches.map(({ ndjson }) => ndjson).join(''));
		if (bytes.length === 0) return;
		if (this.#fault === null) this.#outbox.append(bytes);
		else this.#undelivered += batch.linesIn(bytes);
		this.#bell.ring();
	}

	async #run(): Promise<void> {
		for (;;) {
			await this.#bell.wait(
				forever,
				() => this.#ended || this.#giveUp.signal.aborted || this.#outbox.unsent > 0
			);
			if (this.#giveUp.signal.aborted || this.#outbox.unsent === 0) return;
			if (!(await this.#deliver(batch.next(this.#outbox)))) return;
		}
	}

	/** Whether to continue. Anything too large, or spoilt by one of its lines, is sent again in halves. */
	async #deliver(lines: Uint8Array<ArrayBuffer>): Promise<boolean> {
		const idempotencyKey = randomUUID();
		const answer = await this.#persistence.persist(() => this.#api.send(lines, idempotencyKey));
		if (answer.kind === 'unwanted') {
			this.#persistence.succeeded();
			const halves = batch.halve(lines);
			if (halves) return (await this.#deliver(halves[0])) && (await this.#deliver(halves[1]));
			this.#reject(1, answer.reason);
		} else if (answer.kind === 'taken') {
			this.#persistence.succeeded();
			if (answer.rejected > 0) this.#reject(answer.rejected, answer.reason);
		} else return this.#end(answer);
		this.#outbox.confirm(this.#outbox.start + lines.length);
		this.#room.ring();
		return true;
	}

	#reject(lines: number, reason: string): void {
		if (this.#undelivered === 0) this.#say(`the server rejected ${batch.count(lines)} (${reason})`);
		this.#undelivered += lines;
	}

	#end(answer: Exclude<Answer, { kind: 'taken' | 'unwanted' }>): false {
		if (answer.kind === 'refused' || answer.doubtful) this.#stop(answer.reason);
		return false;
	}

	/** From now on lines only pass through. */
	#stop(fault: string): void {
		this.#fault = fault;
		this.#say(`${fault}; lines are passed through but no longer sent`);
		this.#undelivered += this.#left();
		this.#outbox.confirm(this.#outbox.end);
		this.#room.ring();
	}

	#hasRoom(): boolean {
		return this.#giveUp.signal.aborted || this.#outbox.unsent < this.#limits.waiting;
	}

	#left(): number {
		return batch.linesIn(this.#outbox.read(this.#outbox.unsent));
	}

	#waiting(patience: number): string {
		const seconds = Math.round(patience / 1000);
		return `sending the last ${batch.count(this.#left())} for up to ${seconds} s, Ctrl-C stops it`;
	}
}
