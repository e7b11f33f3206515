import * as bytes from './bytes.ts';
import { pacer } from './pace.ts';
import { walk, type Slice } from './range.ts';
import type { Chunks, DeployStore, Records } from './store.ts';
import { clock } from './times.ts';

/** One line of a log, as shown. */
export interface Line {
	/** From 1. */
	line: number;
	/** Of its first byte. */
	offset: number;
	/** Its length in bytes, including its line end. */
	bytes: number;
	/** When its beginning arrived, ISO 8601. */
	time: string;
	/** Without its line end; of a line over 16 KiB the beginning, or its last state if it overwrites itself. */
	text: string;
	/** Whether `text` is only the beginning. */
	cut: boolean;
}

/** Bytes shown of one line. The raw log has all. */
const shown = 16 * 1024;
/** What one call returns at most: lines, and bytes of them. */
const mostLines = 5_000;
const mostBytes = 4 * 1024 * 1024;
/** Bytes that a log's last lines may have when it is opened at its end. */
const mostTail = 1024 * 1024;

/** Finds the lines of logs. */
export class LineReader {
	readonly #records: Records;
	readonly #chunks: Chunks;

	constructor({ records, chunks }: DeployStore) {
		this.#records = records;
		this.#chunks = chunks;
	}

	/**
	 * The existing lines from `first` to `last` (from 1, both inclusive). At most 5,000 or 4 MiB in one call: the caller
	 * continues after the last one it got.
	 */
	async read(org: string, id: string, first: number, last: number): Promise<Line[]> {
		const start = await this.startOf(org, id, first);
		if (start === null) return [];
		const most = Math.min(last - first + 1, mostLines);
		const lines: Line[] = [];
		const pace = pacer();
		let [held, open]: [number, OpenLine | null] = [0, null];
		for await (const slice of walk(this.#chunks, org, id, start)) {
			for (const part of partsOf(slice)) {
				const { data, ...beginning } = part;
				open ??= { ...beginning, bytes: 0, shown: [], kept: 0, cut: false };
				held += extend(open, data);
				if (data.at(-1) !== bytes.lineFeed) continue;
				lines.push(lineOf(open));
				open = null;
				if (lines.length >= most || held > mostBytes) return lines;
			}
			await pace();
		}
		if (open) lines.push(lineOf(open));
		return lines;
	}

	/** The offset of the first byte of a line (from 1); null if the log has no such line. */
	async startOf(org: string, id: string, line: number): Promise<number | null> {
		const at = await this.#records.positionOf(org, id);
		if (!at || line < 1 || line > at.lines) return null;
		if (line === 1) return 0;
		const chunk = await this.#chunks.beforeLine(org, id, line, at.size);
		const within = chunk && bytes.lineStart(chunk.data, line - chunk.firstLine);
		return chunk && within !== null ? chunk.offset + within : null;
	}

	/**
	 * Where to begin showing the last `lines` lines: at the start of a line, and no more than 1 MiB before the end, even if
	 * that is mid-line. Null if there is no such deploy.
	 */
	async tailOf(org: string, id: string, lines = 500): Promise<number | null> {
		const at = await this.#records.positionOf(org, id);
		if (!at) return null;
		const start = (await this.startOf(org, id, Math.max(1, at.lines - lines + 1))) ?? 0;
		const earliest = at.size - mostTail;
		if (start >= earliest) return start;
		const chunk = await this.#chunks.at(org, id, earliest);
		return chunk ? earliest + beginning(chunk.data.subarray(earliest - chunk.offset)) : start;
	}
}

/** The first place in these bytes where a line begins, or at least a character. */
function beginning(data: Uint8Array): number {
	const lineFeed = data.indexOf(bytes.lineFeed);
	if (lineFeed >= 0 && lineFeed + 1 < data.length) return lineFeed + 1;
	const character = data.findIndex((byte) => !bytes.isContinuation(byte));
	return Math.max(0, character);
}

interface LineSlice {
	line: number;
	offset: number;
	time: number;
	data: Uint8Array;
}

interface OpenLine extends Omit<LineSlice, 'data'> {
	/** Of the line so far. */
	bytes: number;
	shown: Uint8Array[];
	/** Bytes in `shown`, and whether there are more. */
	kept: number;
	cut: boolean;
}

/** The lines of a slice; the first and last may be partial. */
function* partsOf({ offset, firstLine, marks, data }: Slice): Generator<LineSlice, void> {
	const timeOf = clock(marks);
	for (let [at, line] = [0, firstLine]; at < data.length; line++) {
		const end = data.indexOf(bytes.lineFeed, at) + 1 || data.length;
		yield { line, offset: offset + at, time: timeOf(line), data: data.subarray(at, end) };
		at = end;
	}
}

/**
 * Takes up to the shown part of a line and returns its byte count. If an overlong line overwrites itself, like a progress bar,
 * only its last state is ever seen, so that is what is kept.
 */
function extend(open: OpenLine, data: Uint8Array): number {
	const state = open.kept + data.length > shown ? bytes.lastState(data) : 0;
	if (state > 0) Object.assign(open, { shown: [], kept: 0, cut: false });
	const most = shown + 4 - open.kept; // 4: enough to see where a character ends
	const piece = data.subarray(state, state + Math.max(0, most));
	if (piece.length > 0) open.shown.push(piece);
	open.kept += piece.length;
	open.cut ||= open.kept > shown + 2;
	open.bytes += data.length;
	return piece.length;
}

function lineOf({ line, offset, time, bytes: length, shown: pieces, cut }: OpenLine): Line {
	const kept = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
	const text = bytes.decode(cut ? bytes.head(kept, shown) : kept).replace(/\r?\n$/, '');
	return { line, offset, bytes: length, time: new Date(time).toISOString(), text, cut };
}
