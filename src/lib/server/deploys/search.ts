import { fold } from '../../log/fold.ts';
import { isAscii } from 'node:buffer';
import * as failure from '../../log/failure.ts';
import * as bytes from './bytes.ts';
import type { LineReader } from './lines.ts';
import { pacer } from './pace.ts';
import { reach } from '../../log/terminal.ts';
import { walk } from './range.ts';
import type { RowReader } from './rows.ts';
import type { Chunks } from './store.ts';

export interface SearchQuery {
	/** Case-insensitive; never matches across two lines. Null: signs of a failure. */
	text: string | null;
	/** Only lines after this one; default 0, all. */
	after?: number | undefined;
	/** Default 1,000. */
	limit?: number | undefined;
}

/** A row that contains the search text. */
export interface Match {
	/** Of the line that first wrote to it, from 1. */
	line: number;
	/** Of the line's first byte. */
	offset: number;
	/** Its readable text; of a long row about 1,000 bytes around the match. */
	text: string;
}

export interface Found {
	matches: Match[];
	/** Whether there are more matches than the limit. */
	more: boolean;
}

/** Bytes shown of a line: all, or those around the match, this many of them before it. */
const shownText = 1_000;
const before = 200;
/** Bytes. A longer line is not assembled before it is searched. */
const longLine = 16 * 1024;

/** Consecutive bytes of a log that begin in a line: its number and its starting offset, perhaps before them. */
interface LineSlice {
	data: Uint8Array;
	offset: number;
	line: number;
	lineOffset: number;
}

/** The first occurrence in each line, in bytes from the start of a piece. */
type Finder = (data: Uint8Array) => Iterable<number>;

interface Sought {
	/** Characters of it, at most. */
	length: number;
	inBytes: Finder;
	/** Where it occurs in a row; -1 if it does not. */
	inText(text: string): number;
}

/** The readers of a log. */
export interface Readers {
	chunks: Chunks;
	lines: LineReader;
	rows: RowReader;
}

/**
 * The rows with a text, in order: what is searched is what `rows.ts` shows. While lines are plain they are searched as bytes,
 * 100 MB in a quarter of a second of CPU time (measured); from the first escape sequence or redraw on, as rows of a terminal.
 * One chunk is in memory at a time, and everything else is served in between.
 */
export async function search(
	readers: Readers,
	org: string,
	id: string,
	{ text, after = 0, limit = 1_000 }: SearchQuery
): Promise<Found> {
	if (text === '') return { matches: [], more: false };
	const sought = text === null ? failures : textSought(fold(text));
	const found: Found = { matches: [], more: false };
	const rest = await inPlainLines(readers, org, id, { sought, after, limit, found });
	if (rest !== null && !found.more) await inRows(readers, org, id, { sought, first: rest, limit, found });
	return found;
}

interface Progress {
	sought: Sought;
	limit: number;
	found: Found;
}

/** Searches the lines before the first that is not plain, and returns the line from which on to search rows. */
async function inPlainLines(
	{ chunks, lines }: Readers,
	org: string,
	id: string,
	{ sought, after, limit, found }: Progress & { after: number }
): Promise<number | null> {
	const start = await lines.startOf(org, id, after + 1);
	if (start === null) return null;
	const pace = pacer();
	for await (const piece of pieces(chunks, org, id, { start, overlap: overlapFor(sought.length) })) {
		if (!isPlain(piece.data)) {
			// New lines may overwrite the last rows before them.
			const first = Math.max(after + 1, piece.line - reach);
			found.matches = found.matches.filter(({ line }) => line < first);
			found.more = false;
			return first;
		}
		if (found.more) continue;
		for (const match of matchesIn(piece, sought.inBytes)) {
			if (match.line === found.matches.at(-1)?.line) continue; // a long line comes in several pieces
			found.more = found.matches.length === limit;
			if (found.more) break;
			found.matches.push(match);
		}
		if (found.more && piece.line > (found.matches.at(-1)?.line ?? 0) + reach) return null;
		await pace();
	}
	return null;
}

async function inRows(
	{ rows, chunks }: Readers,
	org: string,
	id: string,
	{ sought, first, limit, found }: Progress & { first: number }
): Promise<void> {
	for await (const shown of rows.from(org, id, first)) {
		for (const { tag, plain, cut } of shown) {
			const at = sought.inText(plain);
			const text =
				at >= 0 ? around(plain, at) : cut ? await inLine(chunks, org, id, tag.offset, sought) : null;
			if (text === null) continue;
			found.more = found.matches.length === limit;
			if (found.more) return;
			found.matches.push({ line: tag.line, offset: tag.offset, text });
		}
	}
}

const around = (plain: string, at: number) =>
	plain.length <= shownText ? plain : plain.slice(Math.max(0, at - before)).slice(0, shownText);

/** The excerpt around a match in a line as it was written, which has more than its row; null if there is none. */
async function inLine(
	chunks: Chunks,
	org: string,
	id: string,
	start: number,
	{ length, inBytes }: Sought
): Promise<string | null> {
	const pace = pacer();
	for await (const { data } of pieces(chunks, org, id, { start, overlap: overlapFor(length) })) {
		const end = data.indexOf(bytes.lineFeed);
		const line = end < 0 ? data : data.subarray(0, end);
		for (const at of inBytes(line)) return excerpt(line, 0, at);
		if (end >= 0) return null;
		await pace();
	}
	return null;
}

/** Whether nothing moves, colours or overwrites: then each line is a row as it stands. */
function isPlain(data: Uint8Array): boolean {
	return ![0x1b, 0x0d, 0x08, 0x07, 0x00].some((control) => data.includes(control));
}

/** Bytes that hold a match beginning in one piece of a long line, and the excerpt around it. */
const overlapFor = (length: number) => Math.min(4 * length + shownText, longLine - 1);

/** The log in pieces of whole lines; a line over 16 KiB may come in several, which overlap. */
async function* pieces(
	chunks: Chunks,
	org: string,
	id: string,
	{ start, overlap }: { start: number; overlap: number }
): AsyncGenerator<LineSlice, void> {
	let rest: LineSlice = { data: new Uint8Array(), offset: start, line: 1, lineOffset: start };
	let whole = rest;
	for await (const { firstLine, data } of walk(chunks, org, id, start)) {
		// The rest does not end with a line feed, so the next slice continues its line.
		whole = {
			...rest,
			line: firstLine,
			data: rest.data.length > 0 ? Buffer.concat([rest.data, data]) : data
		};
		const end = whole.data.lastIndexOf(bytes.lineFeed) + 1;
		const isFragment = end === 0 && whole.data.length >= longLine;
		if (end > 0) yield { ...whole, data: whole.data.subarray(0, end) };
		if (isFragment) yield whole;
		const from = isFragment ? whole.data.length - overlap : end;
		const lineOffset = end > 0 ? whole.offset + end : whole.lineOffset;
		rest = { ...whole, data: whole.data.subarray(from), offset: whole.offset + from, lineOffset };
	}
	yield { ...rest, line: whole.line + bytes.countLineFeeds(whole.data) };
}

function* matchesIn(piece: LineSlice, find: Finder): Generator<Match, void> {
	const { data } = piece;
	let { line, lineOffset } = piece;
	let start = 0;
	for (const at of find(data)) {
		for (let end = data.indexOf(bytes.lineFeed, start); end >= 0 && end < at;) {
			line++;
			start = end + 1;
			lineOffset = piece.offset + start;
			end = data.indexOf(bytes.lineFeed, start);
		}
		yield { line, offset: lineOffset, text: excerpt(data, start, at) };
	}
}

/** The line that begins at `start`, or the part around `at`. */
function excerpt(data: Uint8Array, start: number, at: number): string {
	const end = data.indexOf(bytes.lineFeed, at);
	const line = data.subarray(start, end < 0 ? data.length : end);
	let from = line.length <= shownText ? 0 : Math.max(0, at - start - before);
	while (from > 0 && bytes.isContinuation(line[from] ?? 0)) from--;
	return bytes.decode(bytes.head(line.subarray(from), shownText)).replace(/\r$/, '');
}

function textSought(needle: string): Sought {
	const isOfAscii = isAscii(Buffer.from(needle));
	const inBytes: Finder = (data) =>
		isOfAscii && !foldToAscii.some((letter) => bytes.includes(data, letter))
			? findAscii(data, needle)
			: findUnicode(data, needle);
	return { length: needle.length, inBytes, inText: (text) => fold(text).indexOf(needle) };
}

/** The letters beyond ASCII that have ASCII in their lower case: the Kelvin sign, and I with a dot above. */
const foldToAscii = ['\u212a', '\u0130'].map((letter) => Buffer.from(letter));

const failures: Sought = { length: 100, inBytes: findFailures, inText: failure.place };

function* findFailures(data: Uint8Array): Generator<number, void> {
	const text = bytes.latin1(data);
	const hints = new RegExp(failure.hints, 'gi');
	for (let hint = hints.exec(text); hint; hint = hints.exec(text)) {
		const start = text.lastIndexOf('\n', hint.index) + 1;
		const end = text.indexOf('\n', start);
		const line = text.slice(start, end < 0 ? text.length : end);
		const at = failure.place(line);
		if (at >= 0) yield start + at;
		hints.lastIndex = start + line.length;
	}
}

/** In Latin-1 a position in the text is one in the bytes, in lower case too; bytes over 0x7f never match. */
function* findAscii(data: Uint8Array, needle: string): Generator<number, void> {
	const text = bytes.latin1(data).toLowerCase();
	for (let at = text.indexOf(needle); at >= 0;) {
		yield at;
		const end = text.indexOf('\n', at);
		at = end < 0 ? -1 : text.indexOf(needle, end);
	}
}

function* findUnicode(data: Uint8Array, needle: string): Generator<number, void> {
	if (isAscii(data) || !fold(bytes.decode(data)).includes(needle)) return;
	for (let start = 0; start < data.length;) {
		const end = data.indexOf(bytes.lineFeed, start) + 1 || data.length;
		const line = bytes.decode(data.subarray(start, end));
		const at = fold(line).indexOf(needle);
		// Lower case may differ in length by a letter here and there: `at` is close enough for an excerpt.
		if (at >= 0) yield start + Buffer.byteLength(line.slice(0, at));
		start = end;
	}
}
