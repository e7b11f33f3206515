import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { Histogram } from './histogram.ts';
import { body, ndjson } from './lines.ts';
import type { Target } from './targets.ts';
import { Viewer } from './viewer.ts';

/** How many streams are being opened at the same time. */
const openedAtOnce = 100;
/** Requests that may be under way: with fewer a slow answer would put off the next request. */
const senders = 16;
/** How long the last line may take to reach the last viewer, in ms. */
const patience = 30_000;

export interface Load {
	linesPerSecond: number;
	/** Lines of one request. */
	batch: number;
	seconds: number;
}

export interface Outcome {
	/** From when a request was sent to when its line was at a viewer, over all lines and viewers, in ms. */
	delays: Histogram;
	/** Whether every viewer had every line, once and in order, in time. */
	whole: boolean;
	/** Lines that reached a viewer, per second, from the first request to the last arrival. */
	delivered: number;
}

/** Many viewers of one organization, and senders that keep to a rate whatever becomes of their requests. */
export class Crowd {
	readonly #target: Target;
	readonly #viewers: Viewer[] = [];
	readonly #connections: Connection[] = [];
	/** Triples: first line, last line, when they came. Worked out afterwards, when nothing is measured. */
	#arrivals: number[] = [];
	#behind = 0;
	#awaited = Infinity;
	#complete = () => {};
	#head = 0;

	private constructor(target: Target) {
		this.#target = target;
	}

	/** Opens so many streams, all from the first line on. */
	static async open(target: Target, viewers: number): Promise<Crowd> {
		const crowd = new Crowd(target);
		const address = new URL('/api/logs/stream?after=0', target.url);
		while (crowd.#viewers.length < viewers) {
			const some = Array.from({ length: Math.min(openedAtOnce, viewers - crowd.#viewers.length) }, () =>
				crowd.#join(address)
			);
			await Promise.all(some.map(({ opened }) => opened));
		}
		for (let sender = 0; sender < senders; sender++) {
			crowd.#connections.push(await Connection.open(target.url, target.key, ndjson));
		}
		return crowd;
	}

	/** Bytes on the wire for each line of a viewer, so far. */
	get bytesPerLine(): number {
		return (this.#viewers[0]?.bytes ?? 0) / this.#head;
	}

	async run({ linesPerSecond, batch, seconds }: Load): Promise<Outcome> {
		const head = this.#head;
		const requests = Math.round((linesPerSecond * seconds) / batch);
		const sentAt = new Map<number, number>();
		const started = performance.now();
		const answers: Promise<void>[] = [];
		this.#arrivals = [];
		for (let request = 0; request < requests; request++) {
			const due = started + (request * batch * 1000) / linesPerSecond;
			if (due > performance.now()) await sleep(due - performance.now());
			const answer = this.#send(batch, sentAt);
			answer.catch(() => {}); // awaited below; until then nobody else looks at it
			answers.push(answer);
		}
		await Promise.all(answers);
		this.#head = head + requests * batch;
		const complete = await this.#everybodyHas(this.#head);
		const elapsed = (performance.now() - started) / 1000;
		const delays = this.#delays(sentAt);
		const lines = requests * batch * this.#viewers.length;
		const whole = complete && delays.count === lines && this.#viewers.every(({ faults }) => faults === 0);
		return { delays, whole, delivered: delays.count / elapsed };
	}

	close(): void {
		for (const viewer of this.#viewers) viewer.close();
		for (const connection of this.#connections) connection.close();
	}

	#join(address: URL): Viewer {
		const viewer: Viewer = new Viewer(address, this.#target.key, 0, (first, last) => {
			this.#arrivals.push(first, last, performance.now());
			if (first <= this.#awaited && last >= this.#awaited && --this.#behind === 0) this.#complete();
		});
		this.#viewers.push(viewer);
		return viewer;
	}

	/** Never waits for earlier answers, so that a slow server cannot slow down what is asked of it. */
	async #send(batch: number, sentAt: Map<number, number>): Promise<void> {
		const connection = this.#connections.pop();
		if (!connection) throw new Error(`more than ${senders} requests are waiting for their answers`);
		const sent = performance.now();
		const { status, body: text } = await connection.post(body(batch));
		if (status !== 200) throw new Error(`a request was answered ${status}: ${text}`);
		const { first_seq, last_seq } = JSON.parse(text) as { first_seq: number; last_seq: number };
		for (let seq = first_seq; seq <= last_seq; seq++) sentAt.set(seq, sent);
		this.#connections.push(connection);
	}

	/** Whether all viewers have come to a line in time. */
	#everybodyHas(seq: number): Promise<boolean> {
		this.#behind = this.#viewers.filter(({ last }) => last < seq).length;
		if (this.#behind === 0) return Promise.resolve(true);
		this.#awaited = seq;
		return new Promise((resolve) => {
			const late = setTimeout(() => resolve(false), patience);
			this.#complete = () => {
				clearTimeout(late);
				resolve(true);
			};
		});
	}

	#delays(sentAt: ReadonlyMap<number, number>): Histogram {
		const delays = new Histogram();
		for (let index = 0; index < this.#arrivals.length; index += 3) {
			const [first = 0, last = 0, at = 0] = this.#arrivals.slice(index, index + 3);
			for (let seq = first; seq <= last; seq++) {
				const sent = sentAt.get(seq);
				if (sent !== undefined) delays.add(at - sent);
			}
		}
		return delays;
	}
}
