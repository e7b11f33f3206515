import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { encode, select, type Reader, type View } from './lane.ts';
import type { Recent } from './recent.ts';
import type { Page, Source, TailEvents } from './source.ts';

/** Items per read while catching up, and per read that only counts what a window leaves out. */
const page = 200;
const countingPage = 2_000;
/** The same for views that pick: each pick takes some milliseconds, however few its items. */
const pickedPage = 1_000;
/**
 * What is written to a socket at a time while catching up, in bytes as the source weighs its items (text weighs fourfold): the
 * whole cost of a reader who then stops reading.
 */
const piece = 64 * 1024;
/** Encoded pieces shared with others at the same place. */
const mostPieces = 256;
/** How much of a window is held for one reader at most, in bytes. */
const windowBytes = 1024 * 1024;
/** How often a reader hears how far the search for its window is, in ms. */
const progressEvery = 1_000;
/** When to retry after a failed read, in ms. */
const retryAfter = 500;

/** Starts a read when there is room for it. */
export type Gate = <Result>(read: () => Promise<Result>) => Promise<Result>;

const encoder = new TextEncoder();

/**
 * Reads for readers behind the tip, each from its own cursor, and only as fast as its socket takes it: nothing is kept for a
 * waiting reader. Readers at the same place share one read.
 */
export class CatchUp<Item> {
	readonly #source: Source<Item>;
	readonly #recent: Recent<Item>;
	readonly #events: TailEvents;
	readonly #gate: Gate;
	readonly #pieces = new Map<string, WeakRef<Uint8Array>>();
	readonly #reads = new Map<string, Promise<Page<Item>>>();

	constructor(source: Source<Item>, recent: Recent<Item>, events: TailEvents, gate: Gate = (read) => read()) {
		this.#source = source;
		this.#recent = recent;
		this.#events = events;
		this.#gate = gate;
	}

	/** Resolves when the reader is at the tip with room in its socket, or is gone. */
	async run(reader: Reader<Item>, tip: () => number): Promise<void> {
		for (;;) {
			await reader.sink.drained();
			if (reader.sink.closed() || reader.cursor >= tip()) return;
			try {
				await this.#step(reader, tip());
			} catch (error) {
				this.#events.failed(error);
				await sleep(retryAfter);
			}
		}
	}

	/** Sends the next piece, or the window's part of the whole way to the tip. */
	async #step(reader: Reader<Item>, tip: number): Promise<void> {
		const { window } = reader.view;
		if (window !== null && tip - reader.cursor > window) return this.#jump(reader, tip, window);
		const { items } = await this.#read(reader.cursor, reader.view.pick ? pickedPage : page);
		if (reader.sink.closed()) return;
		const ahead = items.filter((item) => this.#source.cursorOf(item) <= tip);
		// The first may span the tip: read from elsewhere, a log is cut into other pieces.
		const due = ahead.length > 0 ? ahead : items.slice(0, 1);
		if (due.length === 0) return void (reader.cursor = tip); // retention took that stretch
		if (reader.view.pick) return this.#sendPicked(reader, due);
		for (let sent = 0; sent < due.length;) {
			sent += this.#sendPiece(reader, due.slice(sent));
			await nextTurn();
			if (!reader.sink.empty()) return; // the rest is not kept for it but read again
		}
	}

	/** Sends as many items as fit a piece, at least one; returns how many were looked at, which the cursor is now past. */
	#sendPiece(reader: Reader<Item>, items: Item[]): number {
		const matching: Item[] = [];
		const start = reader.cursor;
		let bytes = 0;
		let looked = 0;
		for (const item of items) {
			if (bytes > piece) break;
			looked++;
			reader.cursor = this.#source.cursorOf(item);
			if (!reader.view.matches(item)) continue;
			matching.push(item);
			bytes += this.#source.bytesOf(item);
		}
		this.#sendMatching(reader, start, matching);
		return looked;
	}

	#sendMatching(reader: Reader<Item>, start: number, matching: Item[]): void {
		const { key, format } = reader.view;
		if (matching.length === 0) reader.sink.write(encoder.encode(format.moved(reader.cursor)));
		else reader.sink.write(this.#encoded(`${start}-${reader.cursor} ${key}`, reader.view, matching));
		this.#events.sent(matching.length, 0);
	}

	/** The same for a view that picks its items: all of them at once. */
	async #sendPicked(reader: Reader<Item>, items: Item[]): Promise<void> {
		const { matching, unseen } = await select(reader.view, items);
		if (reader.sink.closed()) return;
		const start = reader.cursor;
		this.#tellUnseen(reader, items.slice(0, unseen));
		reader.cursor = this.#source.cursorOf(items.at(-1) as Item);
		this.#sendMatching(reader, start, matching);
	}

	#tellUnseen(reader: Reader<Item>, items: Item[]): void {
		const gap = { count: 0, from: 0, to: 0 };
		this.#leaveOut(items, gap);
		if (gap.count > 0) this.#write(reader, [], reader.view.format.unseen(gap));
	}

	/** The same bytes for every reader at the same place, as long as one of them still holds them. */
	#encoded(place: string, view: View<Item>, matching: Item[]): Uint8Array {
		const shared = this.#pieces.get(place)?.deref();
		if (shared) return shared;
		const { bytes } = encode(view, matching, this.#source.cursorOf);
		this.#pieces.set(place, new WeakRef(bytes));
		const [oldest] = this.#pieces.keys();
		if (this.#pieces.size > mostPieces && oldest !== undefined) this.#pieces.delete(oldest);
		return bytes;
	}

	/** Counts the matching items up to the tip and sends the last `window` of them. */
	async #jump(reader: Reader<Item>, tip: number, window: number): Promise<void> {
		const { view } = reader;
		const kept: Item[] = [];
		const { skipped, start } = await this.#leap(reader, tip, window);
		let cursor = start;
		let told = performance.now();
		while (cursor < tip && !reader.sink.closed()) {
			const { items } = await this.#read(cursor, countingPage);
			if (items.length === 0) break;
			const within = items.filter((item) => this.#source.cursorOf(item) <= tip);
			cursor = within.length < items.length ? tip : this.#source.cursorOf(items.at(-1) as Item);
			const { matching, unseen } = await select(view, within);
			if (reader.sink.closed()) return;
			this.#tellUnseen(reader, within.slice(0, unseen));
			for (const item of matching) kept.push(item);
			this.#leaveOut(kept.splice(0, this.#over(kept, window)), skipped);
			if (performance.now() - told < progressEvery) continue;
			told = performance.now();
			this.#write(reader, [], view.format.progress((cursor - reader.cursor) / (tip - reader.cursor)));
		}
		if (reader.sink.closed()) return;
		reader.cursor = tip;
		if (skipped.count > 0) this.#write(reader, [], view.format.skipped(skipped), skipped.count);
		this.#write(reader, kept);
	}

	/** Where to begin reading for a window, and what is left out before that, where that can be told without reading it. */
	async #leap({ view, cursor }: Reader<Item>, tip: number, window: number) {
		const none = { skipped: { count: 0, from: 0, to: 0 }, start: cursor };
		if (!view.isAll || !this.#source.isDense) return none;
		const [first] = (await this.#read(cursor, 1)).items; // not always the next: retention may have taken that
		const [from, to] = [first === undefined ? tip : this.#source.cursorOf(first), tip - window];
		return to < from ? none : { skipped: { count: to - from + 1, from, to }, start: to };
	}

	/** How many of the oldest items exceed the window, or the memory that one reader may take. */
	#over(items: Item[], window: number): number {
		let bytes = 0;
		for (let kept = 0; kept < items.length; kept++) {
			bytes += this.#source.bytesOf(items.at(-1 - kept) as Item);
			if (kept === window || (kept > 0 && bytes > windowBytes)) return items.length - kept;
		}
		return 0;
	}

	#leaveOut(items: Item[], skipped: { count: number; from: number; to: number }): void {
		const [first] = items;
		const last = items.at(-1);
		if (first === undefined || last === undefined) return;
		if (skipped.count === 0) skipped.from = this.#source.cursorOf(first);
		skipped.to = this.#source.cursorOf(last);
		skipped.count += items.length;
	}

	#write(reader: Reader<Item>, matching: Item[], before = '', skipped = 0): void {
		if (before) reader.sink.write(encoder.encode(before));
		if (matching.length > 0) reader.sink.write(encode(reader.view, matching, this.#source.cursorOf).bytes);
		this.#events.sent(matching.length, skipped);
	}

	#read(cursor: number, limit: number): Promise<Page<Item>> {
		const remembered = this.#recent.after(cursor, limit);
		if (remembered) return Promise.resolve({ items: remembered, more: true });
		const key = `${cursor}/${limit}`;
		const reading = this.#reads.get(key) ?? this.#gate(() => this.#source.after(cursor, limit));
		if (this.#reads.has(key)) return reading;
		this.#reads.set(key, reading);
		const done = () => void this.#reads.delete(key);
		reading.then(done, done);
		return reading;
	}
}
