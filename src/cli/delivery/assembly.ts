import { Joiner } from '../../lib/log/stack-trace.ts';
import { encode, printedAt, readAt, type Origin } from './entry.ts';
import type { Line } from './lines.ts';

/** How long an entry waits for its next line, in ms: while that may be more of a trace, and otherwise. */
const waits = { trace: 1_000, line: 100 };
/** What is whole waits no longer than this for what began before it, in ms and UTF-16 units. */
const bounds = { ms: 5_000, units: 1024 * 1024 };
/** UTF-16 units of a line put together from parts: that of a progress bar never ends. */
const longestWhole = 256 * 1024;

/** A line as a source gives it. */
export interface Given extends Line {
	/** Lines of different streams do not continue one another. */
	stream: string;
	/** Whether the rest of the line is still to come. */
	isPart: boolean;
	/** Whether it is an entry, so that nothing continues it. */
	isWhole?: boolean;
	/** When it was printed, if the source knows; otherwise it is now. */
	time?: string | number | undefined;
	origin?: Origin | undefined;
}

/** Entries after which a source can be left and taken up again: none of them has a line behind `to`. */
export interface Batch {
	to: number;
	/** Entries; 0 if only blank lines lay there. */
	lines: number;
	ndjson: string;
}

type Extent = Pick<Given, 'from' | 'to' | 'time' | 'origin'>;

interface Entry {
	from: number;
	to: number;
	ndjson: string;
}

interface Stream {
	joiner: Joiner;
	/** Where the entry of the joiner lies. */
	entry: Extent | null;
	/** The beginning of a line whose rest is still to come. */
	part: (Extent & { text: string }) | null;
	/** When it is no longer waited for. */
	due: number;
}

const extentOf = ({ from, to, time, origin }: Extent): Extent => ({ from, to, time, origin });

/**
 * The lines of a source, from several streams, as entries: a line's parts are joined to lines, the lines of a stack trace to
 * entries. Times are of performance.now().
 */
export class Assembly {
	readonly #origin: Origin;
	readonly #joins: boolean;
	readonly #streams = new Map<string, Stream>();
	#entries: Entry[] = [];
	/** UTF-16 units of the entries, and since when there are any. */
	#units = 0;
	#since = Infinity;
	/** Everything before it has been added. */
	#end: number;
	#taken: number;

	/** `joins`: whether lines of a stack trace are joined. `from`: where the first line begins. */
	constructor(origin: Origin, joins: boolean, from = 0) {
		this.#origin = origin;
		this.#joins = joins;
		this.#end = this.#taken = from;
	}

	/** When `settle` has something to do. */
	get due(): number {
		let due = this.#since + bounds.ms;
		for (const stream of this.#streams.values()) due = Math.min(due, stream.due);
		return due;
	}

	/** UTF-16 units of entries to be taken. */
	get units(): number {
		return this.#units;
	}

	add(given: Given, now: number): void {
		this.#end = Math.max(this.#end, given.to);
		if (given.isWhole) return this.#addEntry(given, given.text, now);
		const stream = this.#streamOf(given.stream);
		const whole = this.#complete(stream, given);
		if (whole) this.#addLine(stream, whole, now);
		const isWaiting = stream.part !== null || stream.joiner.isOpen;
		if (!isWaiting) this.#streams.delete(given.stream);
		else stream.due = now + (stream.part || stream.joiner.expectsMore ? waits.trace : waits.line);
		if (this.#units > bounds.units) this.#finishIfHeld();
	}

	/** Ends the entries that have waited long enough for their next line. */
	settle(now: number): void {
		if (now >= this.#since + bounds.ms) this.finish();
		for (const [name, stream] of this.#streams) if (now >= stream.due) this.#close(name, stream, now);
	}

	/** Ends all entries. */
	finish(): void {
		const now = Math.min(this.#since, performance.now());
		for (const [name, stream] of this.#streams) this.#close(name, stream, now);
	}

	/** What is ready, in the order of its beginnings. */
	take(now: number): Batch[] {
		const open = this.#firstOpen();
		const entries = this.#entries.sort((a, b) => a.from - b.from);
		const batches: Batch[] = [];
		let reach = 0;
		let begin = 0;
		for (const [index, entry] of entries.entries()) {
			reach = Math.max(reach, entry.to);
			const next = Math.min(entries[index + 1]?.from ?? Infinity, open);
			if (next < reach) continue;
			const group = entries.slice(begin, index + 1);
			begin = index + 1;
			const to = next === Infinity ? this.#end : next;
			batches.push({ to, lines: group.length, ndjson: group.map(({ ndjson }) => ndjson).join('') });
		}
		this.#keep(entries.slice(begin), now);
		if (this.#entries.length === 0 && batches.length === 0) batches.push(...this.#blank(open));
		this.#taken = batches.at(-1)?.to ?? this.#taken;
		return batches;
	}

	#blank(open: number): Batch[] {
		const to = Math.min(open, this.#end);
		return to > this.#taken ? [{ to, lines: 0, ndjson: '' }] : [];
	}

	#keep(entries: Entry[], now: number): void {
		this.#entries = entries;
		this.#units = entries.reduce((sum, { ndjson }) => sum + ndjson.length, 0);
		this.#since = entries.length > 0 ? Math.min(this.#since, now) : Infinity;
	}

	#streamOf(name: string): Stream {
		const found = this.#streams.get(name);
		if (found) return found;
		const stream: Stream = { joiner: new Joiner(), entry: null, part: null, due: Infinity };
		this.#streams.set(name, stream);
		return stream;
	}

	/** The line that this one completes; null if its rest is still to come. */
	#complete(
		stream: Stream,
		{ text, isPart, from, to, time, origin }: Given
	): (Extent & { text: string }) | null {
		const part = stream.part;
		const line = { time, origin, from, ...part, to, text: (part?.text ?? '') + text };
		const isOver = !isPart || line.text.length >= longestWhole;
		stream.part = isOver ? null : line;
		return isOver ? line : null;
	}

	#addLine(stream: Stream, line: Extent & { text: string }, now: number): void {
		const { joiner } = stream;
		const done = joiner.push(line.text);
		if (done !== null && stream.entry) this.#addEntry(stream.entry, done, now);
		if (done !== null || !stream.entry) stream.entry = joiner.isOpen ? extentOf(line) : null;
		else if (/\S/.test(line.text)) stream.entry = { ...stream.entry, to: line.to };
		if (!this.#joins || joiner.isWhole) this.#finishEntry(stream, now);
	}

	#finishEntry(stream: Stream, now: number): void {
		const text = stream.joiner.end();
		if (text !== null && stream.entry) this.#addEntry(stream.entry, text, now);
		stream.entry = null;
	}

	#addEntry({ from, to, time, origin }: Extent, text: string, now: number): void {
		const ndjson = encode(
			text,
			time === undefined ? readAt(new Date()) : printedAt(time),
			origin ?? this.#origin
		);
		if (ndjson === '') return;
		this.#entries.push({ from, to, ndjson });
		this.#since = Math.min(this.#since, now);
		this.#units += ndjson.length;
	}

	#close(name: string, stream: Stream, now: number): void {
		const part = stream.part;
		stream.part = null;
		if (part) this.#addLine(stream, part, now);
		this.#finishEntry(stream, now);
		this.#streams.delete(name);
	}

	/** If most of it cannot be taken because of what began before. */
	#finishIfHeld(): void {
		const open = this.#firstOpen();
		const held = this.#entries.reduce((sum, { to, ndjson }) => sum + (to > open ? ndjson.length : 0), 0);
		if (held > bounds.units) this.finish();
	}

	#firstOpen(): number {
		let first = Infinity;
		for (const { part, entry } of this.#streams.values()) {
			first = Math.min(first, part?.from ?? Infinity, entry?.from ?? Infinity);
		}
		return first;
	}
}
