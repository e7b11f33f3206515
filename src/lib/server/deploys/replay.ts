import { StringDecoder } from 'node:string_decoder';
import { longestHeld } from '../../log/pen.ts';
import { reach, type Terminal } from '../../log/terminal.ts';
import * as bytes from './bytes.ts';
import type { LineReader } from './lines.ts';
import { pacer } from './pace.ts';
import { walk } from './range.ts';
import type { Chunks } from './store.ts';
import { clock } from './times.ts';

/** Of the line that first wrote to a row: numbers from 1, offset in bytes, epoch ms. */
export interface Origin {
	line: number;
	offset: number;
	time: number;
}

/** Where a terminal can begin so that it shows the rows from `exact` on like one that has seen all of the log. */
export interface Beginning {
	/** The offset to read from. */
	offset: number;
	/** Rows that began in this line or later are right. It is at most the requested line. */
	exact: number;
}

/** What can be read of a log now. */
export interface Extent {
	/** Bytes. */
	end: number;
	lines: number;
	/** Whether nothing will follow. */
	ended: boolean;
}

/** Upward cursor moves, as in terminal.ts. */
const ways = /(?:\x1b\[|\xc2\x9b)[0-?]{0,64}[AF]/g; // eslint-disable-line no-control-regex
/** Bytes of the longest upward move, less one. */
const overlap = 66;
/** Lines without an upward move after which a row begins at the bottom, and another hundred such rows above what follows. */
const calm = 2 * reach;

/**
 * Lets a terminal read a log from the middle. Its rows depend only on what looking back can find: colours end after 1,000 lines
 * (pen.ts), and after 100 lines without an upward move the cursor is at the bottom. So nothing is stored for this, and in a log
 * without redraws a reader begins 1,200 lines earlier; within redraws, before the first of them.
 */
export class Replay {
	readonly #chunks: Chunks;
	readonly #lines: LineReader;

	constructor(chunks: Chunks, lines: LineReader) {
		this.#chunks = chunks;
		this.#lines = lines;
	}

	/** Where to begin for a line (from 1); null if the log has no such line. */
	async beginning(org: string, id: string, line: number): Promise<Beginning | null> {
		const end = await this.#lines.startOf(org, id, line);
		if (end === null) return null;
		for (let back = longestHeld + calm; ; back *= 4) {
			const first = Math.max(1, line - back);
			const offset = (await this.#lines.startOf(org, id, first)) ?? 0;
			const exact = await this.#exact(org, id, { first, offset, line, end });
			if (exact !== null) return { offset, exact };
		}
	}

	/**
	 * Writes the log from an offset to its end or while `goesOn`, called after every line, says so; yields to the caller after
	 * each slice of at most 256 KiB.
	 */
	async *write(
		org: string,
		id: string,
		{ from, extent, terminal }: { from: number; extent: Extent; terminal: Terminal<Origin> },
		goesOn: (line: number) => boolean = () => true
	): AsyncGenerator<void, void> {
		const decoder = new StringDecoder('utf8');
		const pace = pacer();
		let origin: Origin | undefined;
		for await (const slice of walk(this.#chunks, org, id, from)) {
			if (slice.offset >= extent.end) break;
			const data = Buffer.from(slice.data.subarray(0, extent.end - slice.offset));
			const timeOf = clock(slice.marks);
			const text = decoder.write(data);
			let [line, start, at] = [slice.firstLine, 0, 0];
			// Bytes and text side by side: a text does not tell how many bytes a character had.
			while (at < data.length) {
				if (origin?.line !== line) origin = { line, offset: slice.offset + at, time: timeOf(line) };
				const end = text.indexOf('\n', start) + 1 || text.length;
				terminal.write(text.slice(start, end), origin);
				const next = data.indexOf(bytes.lineFeed, at) + 1;
				if (next > 0 && !goesOn(line)) return;
				[start, at] = [end, next || data.length];
				line++;
			}
			await pace();
			yield;
		}
		if (!origin) return;
		terminal.write(decoder.end(), origin);
		if (extent.ended) terminal.settle(origin);
	}

	/** The line from which on a terminal that begins at `first` is right; null if it should begin earlier. */
	async #exact(
		org: string,
		id: string,
		{ first, offset, line, end }: { first: number; offset: number; line: number; end: number }
	): Promise<number | null> {
		let exact = first === 1 ? 1 : null;
		let before = first;
		const settled = (from: number) => first === 1 || from - longestHeld >= first;
		for await (const some of this.#ways(org, id, offset, end)) {
			for (const way of some) {
				if (way - before >= calm && settled(way - reach)) exact = way - reach;
				before = way;
			}
		}
		return line - before >= calm || first === line ? line : exact;
	}

	/** The lines with upward moves between two offsets, up to 256 KiB at a time. */
	async *#ways(org: string, id: string, from: number, to: number): AsyncGenerator<number[], void> {
		const pace = pacer();
		let rest: Uint8Array = new Uint8Array();
		let found: number[] = [];
		for await (const { offset, firstLine, data } of walk(this.#chunks, org, id, from)) {
			if (offset >= to) return;
			const read = data.subarray(0, to - offset);
			// What is left over from earlier pieces is short and contains no complete upward move.
			const text = bytes.latin1(Buffer.concat([rest, read]));
			let line = firstLine - bytes.countLineFeeds(rest);
			let end = text.indexOf('\n');
			for (const { index } of text.includes('\x1b') || text.includes('\x9b') ? text.matchAll(ways) : []) {
				for (; end >= 0 && end < index; end = text.indexOf('\n', end + 1)) line++;
				found.push(line);
			}
			yield found;
			found = [];
			rest = read.subarray(Math.max(0, read.length - overlap));
			await pace();
		}
	}
}
