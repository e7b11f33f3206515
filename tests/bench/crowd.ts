import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { Addressee } from './flood.ts';
import { Histogram } from './histogram.ts';
import { body, ndjson } from './lines.ts';
import { Viewer } from './viewer.ts';

/** How many streams are being opened at the same time. */
const openedAtOnce = 100;
/** Requests that may be under way, each in its turn; what is due beyond that waits, and its delay is counted from there. */
const senders = 32;
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
	readonly #key: string;
	readonly #viewers: Viewer[] = [];
	readonly #connections: Connection[] = [];
	readonly #waiting: ((free: Connection) => void)[] = [];
	/** Where the stream stood when the viewers came. */
	readonly #start: number;
	#head: number;
	/** Triples: first line, last line, when they came. Worked out afterwards, when nothing is measured. */
	#arrivals: number[] = [];
	#behind = 0;
	#awaited = Infinity;
	#complete = () => {};

	private constructor(key: string, head: number) {
		this.#key = key;
		this.#start = this.#head = head;
	}

	/** Opens so many streams, all from the same line on; of several servers each gets as many viewers and senders. */
	static async open({ url, key }: Addressee, viewers: number): Promise<Crowd> {
		const urls = [url].flat();
		const connect = (sender: number) => Connection.open(urls[sender % urls.length] as string, key, ndjson);
		const connection = await connect(0);
		const crowd = new Crowd(key, (await post(connection, 1)).last_seq);
		crowd.#connections.push(connection);
		const addresses = urls.map((one) => new URL(`/api/logs/stream?after=${crowd.#head}`, one));
		while (crowd.#viewers.length < viewers) {
			const some = Array.from({ length: Math.min(openedAtOnce, viewers - crowd.#viewers.length) }, () =>
				crowd.#join(addresses[crowd.#viewers.length % addresses.length] as URL)
			);
			await Promise.all(some.map(({ opened }) => opened));
		}
		for (let sender = 1; sender < senders; sender++) crowd.#connections.push(await connect(sender));
		return crowd;
	}

	/** Bytes on the wire for each line of a viewer, so far. */
	get bytesPerLine(): number {
		return (this.#viewers[0]?.bytes ?? 0) / (this.#head - this.#start);
	}

	async run({ linesPerSecond, batch, seconds }: Load): Promise<Outcome> {
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
		this.#head = Math.max(...sentAt.keys());
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
		const viewer: Viewer = new Viewer(address, this.#key, this.#start, (first, last) => {
			this.#arrivals.push(first, last, performance.now());
			if (first <= this.#awaited && last >= this.#awaited && --this.#behind === 0) this.#complete();
		});
		this.#viewers.push(viewer);
		return viewer;
	}

	async #send(batch: number, sentAt: Map<number, number>): Promise<void> {
		const sent = performance.now();
		const connection = this.#connections.shift() ?? (await this.#free());
		const { first_seq, last_seq } = await post(connection, batch);
		for (let seq = first_seq; seq <= last_seq; seq++) sentAt.set(seq, sent);
		const next = this.#waiting.shift();
		if (next) next(connection);
		else this.#connections.push(connection);
	}

	#free(): Promise<Connection> {
		return new Promise((resolve) => this.#waiting.push(resolve));
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

async function post(connection: Connection, lines: number): Promise<{ first_seq: number; last_seq: number }> {
	const { status, body: text } = await connection.send(body(lines));
	if (status !== 200) throw new Error(`a request was answered ${status}: ${text}`);
	return JSON.parse(text) as { first_seq: number; last_seq: number };
}
