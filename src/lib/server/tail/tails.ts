import pLimit from 'p-limit';
import type { Bus } from '../bus/bus.ts';
import type { View } from './lane.ts';
import type { Sink } from './sink.ts';
import type { Source, TailEvents } from './source.ts';
import { Tail } from './tail.ts';

/** How often a stream sends its cursor, moved or not, in ms: proxies cut connections that are silent for a minute. */
const heartbeatEvery = 15_000;
/** Concurrent reads for readers who catch up: one connection of the pool (see tailrace.ts) stays for the tips. */
const catchUpReads = 3;

interface Open<Item> {
	tail: Promise<Tail<Item>>;
	/** The same once its head is read, which may take as long as the database is away. */
	started: Tail<Item> | null;
	joined: number;
	close(): void;
}

/** Keeps one tail for each topic that has readers. */
export class Tails<Item> {
	readonly #bus: Bus;
	readonly #sourceOf: (topic: string) => Source<Item>;
	readonly #events: TailEvents;
	readonly #open = new Map<string, Open<Item>>();
	#heartbeat: NodeJS.Timeout | null = null;
	readonly #gate = pLimit(catchUpReads);

	constructor(bus: Bus, sourceOf: (topic: string) => Source<Item>, events: TailEvents) {
		this.#bus = bus;
		this.#sourceOf = sourceOf;
		this.#events = events;
	}

	/**
	 * Serves the stream of a topic to the sink from `cursor`, or from the head if that is null or lies beyond it. The returned
	 * function ends it; it is idempotent.
	 * @throws when the head cannot be read.
	 */
	async join(
		topic: string,
		view: View<Item>,
		sink: Sink,
		cursor: number | null,
		ontip?: (cursor: number) => void
	): Promise<() => void> {
		const open = this.#open.get(topic) ?? this.#start(topic);
		open.joined++;
		try {
			const tail = await open.tail;
			const leave = tail.join(view, sink, await this.#startOf(topic, tail, cursor), ontip);
			return once(() => {
				leave();
				this.#leave(topic, open);
			});
		} catch (error) {
			this.#leave(topic, open);
			throw error;
		}
	}

	/** Each tail's position, by topic; those still reading their head have none. */
	positions(): Map<string, number> {
		const started = [...this.#open].flatMap(([topic, { started }]) =>
			started ? [[topic, started] as const] : []
		);
		return new Map(started.map(([topic, { position }]) => [topic, position]));
	}

	/** How long the readers of any topic have been waiting for what moved, in ms, at most. */
	get behindMs(): number {
		return Math.max(0, ...[...this.#open.values()].map(({ started }) => started?.behindMs ?? 0));
	}

	/** Ends the heartbeat. */
	close(): void {
		if (this.#heartbeat) clearInterval(this.#heartbeat);
	}

	#start(topic: string): Open<Item> {
		this.#heartbeat ??= setInterval(() => this.#beat(), heartbeatEvery).unref();
		const source = this.#sourceOf(topic);
		// Subscribed before the head is read: nothing can move unseen in between.
		let wake = () => {};
		const unsubscribe = this.#bus.subscribe(topic, () => wake());
		const tail = source.head().then((head) => {
			const started = new Tail(source, head, this.#events, this.#gate);
			wake = () => started.wake();
			started.wake();
			open.started = started;
			return started;
		});
		const open: Open<Item> = { tail, started: null, joined: 0, close: unsubscribe };
		this.#open.set(topic, open);
		return open;
	}

	#leave(topic: string, open: Open<Item>): void {
		if (--open.joined > 0) return;
		open.close();
		if (this.#open.get(topic) === open) this.#open.delete(topic);
	}

	/** A cursor beyond the tail may come from a faster instance; beyond the head it is invalid. */
	async #startOf(topic: string, tail: Tail<Item>, cursor: number | null): Promise<number> {
		if (cursor === null) return tail.position;
		if (cursor <= tail.position) return cursor;
		tail.wake();
		return Math.min(cursor, await this.#sourceOf(topic).head());
	}

	/** Waits for none of them: one whose head cannot be read has no readers at its tip. */
	#beat(): void {
		for (const { started } of this.#open.values()) started?.heartbeat();
	}
}

function once(run: () => void): () => void {
	let ran = false;
	return () => {
		if (ran) return;
		ran = true;
		run();
	};
}
