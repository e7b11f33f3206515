import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { CatchUp, type Gate } from './catch-up.ts';
import { Lane, type Encoded, type Reader, type View } from './lane.ts';
import { Recent } from './recent.ts';
import type { Sink } from './sink.ts';
import type { Source, TailEvents } from './source.ts';

/** Items per read at the tip. */
const page = 2_000;
/** Readers written to in one turn of the event loop: about a millisecond of it. */
const slice = 64;
/** When to retry after a failed read, in ms. */
const retryAfter = 500;

const encoder = new TextEncoder();

/**
 * How long to wait between two fan-outs, in ms. A write to a socket costs about 18 µs (measured), so this keeps the writes of a
 * busy stream near half a core, however many readers it has, and an idle stream immediate.
 */
const pause = (readers: number) => Math.min(250, readers / 25);
/**
 * How long a tail at the head rests after a read that took so long, in ms: it reads a fifth of the time at most, up to about a frame of a
 * page. So commits that follow one another share a read the more, the more the servers with readers ask of PostgreSQL (decision 0119).
 */
const restAfter = (tookMs: number) => Math.min(20, 4 * tookMs);

/**
 * The readers at the tip of one stream. A wake-up makes one read; each distinct view is filtered and encoded once, and the same
 * bytes go to all its readers. Nothing is buffered for a reader with a full socket: it leaves the tip, reads on from its cursor
 * when it can (catch-up.ts) and comes back.
 */
export class Tail<Item> {
	readonly #source: Source<Item>;
	readonly #events: TailEvents;
	readonly #lanes = new Map<string, Lane<Item>>();
	/** Readers that saw more than this tail has: another instance showed it to them first. */
	readonly #ahead = new Set<Reader<Item>>();
	readonly #recent: Recent<Item>;
	readonly #catchUp: CatchUp<Item>;
	#position: number;
	#advancing = false;
	#woken = false;
	/** By `performance.now()`: since when there may be something unread; null if there is nothing. */
	#behindSince: number | null = null;
	#fannedOut = 0;
	/** How long to wait after a fan-out at least, in ms. */
	#rest = 0;
	#readers = 0;

	/** `position` is where the stream was once the tail could be woken; `gate` bounds the reads of those behind. */
	constructor(source: Source<Item>, position: number, events: TailEvents, gate?: Gate) {
		this.#source = source;
		this.#events = events;
		this.#position = position;
		this.#recent = new Recent(position);
		this.#catchUp = new CatchUp(source, this.#recent, events, gate);
	}

	/** How many readers have joined and not left. */
	get readers(): number {
		return this.#readers;
	}

	/** The cursor up to which the readers at the tip have been served. */
	get position(): number {
		return this.#position;
	}

	/** How long something may have been waiting to be read, in ms; 0 if nothing is. */
	get behindMs(): number {
		return this.#behindSince === null ? 0 : performance.now() - this.#behindSince;
	}

	/** Serves everything after `cursor` to the sink, until the returned function is called or the sink is closed. */
	join(view: View<Item>, sink: Sink, cursor: number, ontip?: (cursor: number) => void): () => void {
		const reader: Reader<Item> = { view, sink, cursor, ontip };
		let joined = true;
		this.#readers++;
		this.#bringToTip(reader);
		return () => {
			if (!joined) return;
			joined = false;
			this.#readers--;
			this.#unseat(reader);
			this.#ahead.delete(reader);
		};
	}

	/** Says that the stream may have moved. Never throws and returns at once. */
	wake(): void {
		this.#woken = true;
		this.#behindSince ??= performance.now();
		if (this.#advancing) return;
		this.#advancing = true;
		void this.#advance();
	}

	/** Sends every reader at the tip its cursor: it keeps the connection alive and the cursor near. */
	heartbeat(): void {
		for (const lane of this.#lanes.values()) {
			const bytes = encoder.encode(lane.view.format.moved(this.#position));
			if (bytes.length === 0) continue;
			for (const reader of lane.readers) {
				// A reader that is still behind, within a fan-out, must not be told that it is at the tip.
				if (reader.cursor === this.#position && reader.sink.writable()) reader.sink.write(bytes);
			}
		}
	}

	/** Reads and fans out until nothing has moved since the last read. Wake-ups in between coalesce. */
	async #advance(): Promise<void> {
		while (this.#woken) {
			const rest = this.#fannedOut + Math.max(this.#rest, pause(this.#readers)) - performance.now();
			if (rest > 0) await sleep(rest);
			this.#woken = false;
			const began = performance.now();
			try {
				const { items, more } = await this.#source.after(this.#position, page);
				this.#rest = more ? 0 : restAfter(performance.now() - began);
				if (items.length > 0) await this.#fanOut(items);
				if (more) this.#woken = true;
				else this.#behindSince = this.#woken ? began : null;
			} catch (error) {
				this.#events.failed(error);
				await sleep(retryAfter);
				this.#woken = this.#readers > 0;
			}
		}
		this.#advancing = false;
	}

	async #fanOut(items: Item[]): Promise<void> {
		const { cursorOf, bytesOf } = this.#source;
		this.#recent.push(items, cursorOf, bytesOf);
		this.#position = cursorOf(items.at(-1) as Item);
		this.#fannedOut = performance.now();
		for (const lane of [...this.#lanes.values()]) {
			if (lane.view.pick) {
				for (const reader of [...lane.readers]) this.#leaveTip(reader);
				continue;
			}
			const encoded = await lane.encode(items, this.#position, cursorOf);
			if (encoded) await this.#send(lane, encoded);
			else for (const reader of lane.readers) this.#atTip(reader);
		}
		for (const reader of [...this.#ahead]) this.#bringToTip(reader);
	}

	/**
	 * Writes to the readers of a lane, a slice of them at a time: what is written in one turn reaches the sockets only after
	 * it. A reader that joins meanwhile is already at the tip and does not need these bytes.
	 */
	async #send(lane: Lane<Item>, { bytes, lines, skipped }: Encoded): Promise<void> {
		let sent = 0;
		for (const reader of [...lane.readers]) {
			if (!lane.readers.has(reader) || reader.cursor >= this.#position) continue;
			if (this.#write(reader, bytes) && ++sent % slice === 0) await nextTurn();
		}
		if (lines > 0) this.#events.sent(lines * sent, skipped * sent);
	}

	#write(reader: Reader<Item>, bytes: Uint8Array): boolean {
		if (!reader.sink.writable()) {
			this.#leaveTip(reader);
			return false;
		}
		reader.sink.write(bytes);
		this.#atTip(reader);
		return true;
	}

	/** For a reader that cannot be served with the others now. */
	#leaveTip(reader: Reader<Item>): void {
		this.#unseat(reader);
		this.#bringToTip(reader);
	}

	#bringToTip(reader: Reader<Item>): void {
		this.#ahead.delete(reader);
		if (reader.cursor === this.#position && reader.sink.writable()) return this.#seat(reader);
		if (reader.cursor > this.#position) return void this.#ahead.add(reader);
		this.#catchUp
			.run(reader, () => this.#position)
			.then(() => !reader.sink.closed() && this.#bringToTip(reader))
			.catch((error) => this.#events.failed(error));
	}

	#seat(reader: Reader<Item>): void {
		let lane = this.#lanes.get(reader.view.key);
		if (!lane) this.#lanes.set(reader.view.key, (lane = new Lane(reader.view)));
		lane.readers.add(reader);
		this.#atTip(reader);
	}

	#atTip(reader: Reader<Item>): void {
		reader.cursor = this.#position;
		reader.ontip?.(this.#position);
	}

	#unseat(reader: Reader<Item>): void {
		const lane = this.#lanes.get(reader.view.key);
		if (!lane?.readers.delete(reader) || lane.readers.size > 0) return;
		this.#lanes.delete(reader.view.key);
	}
}
