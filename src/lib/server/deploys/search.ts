import { isAscii } from 'node:buffer';
import * as bytes from './bytes.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { LineReader } from './lines.ts';
import { pacer } from './pace.ts';
import { walk } from './range.ts';

export interface Wanted {
	/** Upper and lower case are the same; it never matches across two lines. */
	text: string;
	/** Only lines after this one; default 0, all. */
	after?: number;
	/** Default 1,000. */
	limit?: number;
}

/** A line that contains what was sought. */
export interface Match {
	/** From 1. */
	line: number;
	/** Of the line's first byte. */
	offset: number;
	/** The line without its end; of a long one about 1,000 bytes around the match. */
	text: string;
}

export interface Found {
	matches: Match[];
	/** Whether there are more matches than the limit. */
	more: boolean;
}

/** Bytes of a line that are shown: all, or those around the match, this many of them before it. */
const shown = 1_000;
const before = 200;
/** Bytes. A line that is longer is not put together before it is searched. */
const longLine = 16 * 1024;

/** Consecutive bytes of a log that begin in a line: its number and the offset at which it began, perhaps before them. */
interface Piece {
	data: Uint8Array;
	offset: number;
	line: number;
	lineOffset: number;
}

/** Where, in bytes from the start of a piece, a text occurs for the first time in each line. */
type Finder = (data: Uint8Array) => Iterable<number>;

/**
 * The lines with a text, in order: 100 MB take a quarter of a second of CPU time (measured), with one chunk in memory at
 * a time and everybody else served in between.
 */
export async function search(
	chunks: ChunkStore,
	lines: LineReader,
	org: string,
	id: string,
	{ text, after = 0, limit = 1_000 }: Wanted
): Promise<Found> {
	const start = lines.startOf(org, id, after + 1);
	if (start === null || text === '') return { matches: [], more: false };
	const find = finder(text.toLowerCase());
	const matches: Match[] = [];
	const pace = pacer();
	for (const piece of pieces(chunks, org, id, { start, overlap: overlapFor(text) })) {
		for (const match of matchesIn(piece, find)) {
			if (match.line === matches.at(-1)?.line) continue; // a long line comes in several pieces
			if (matches.length === limit) return { matches, more: true };
			matches.push(match);
		}
		await pace();
	}
	return { matches, more: false };
}

/** Bytes in which a match that begins in one piece of a long line fits, and what is shown around it. */
const overlapFor = (text: string) => Math.min(4 * text.length + shown, longLine - 1);

/** The log in pieces of whole lines; one over 16 KiB may come in several, which overlap. */
function* pieces(
	chunks: ChunkStore,
	org: string,
	id: string,
	{ start, overlap }: { start: number; overlap: number }
): Generator<Piece, void> {
	let rest: Piece = { data: new Uint8Array(), offset: start, line: 1, lineOffset: start };
	let whole = rest;
	for (const { firstLine, data } of walk(chunks, org, id, start)) {
		// The rest of the piece before ends no line, so it begins in the same one as what follows it.
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

function* matchesIn(piece: Piece, find: Finder): Generator<Match, void> {
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

/** The line that begins at `start`, or what is around `at` in it. */
function excerpt(data: Uint8Array, start: number, at: number): string {
	const end = data.indexOf(bytes.lineFeed, at);
	const line = data.subarray(start, end < 0 ? data.length : end);
	let from = line.length <= shown ? 0 : Math.max(0, at - start - before);
	while (from > 0 && bytes.isContinuation(line[from] ?? 0)) from--;
	return bytes.decode(bytes.head(line.subarray(from), shown)).replace(/\r$/, '');
}

function finder(needle: string): Finder {
	return isAscii(Buffer.from(needle))
		? (data) => findAscii(data, needle)
		: (data) => findUnicode(data, needle);
}

/** In Latin-1 a position in the text is one in the bytes, in lower case too; bytes over 0x7f take no part in the match. */
function* findAscii(data: Uint8Array, needle: string): Generator<number, void> {
	const text = bytes.latin1(data).toLowerCase();
	for (let at = text.indexOf(needle); at >= 0;) {
		yield at;
		const end = text.indexOf('\n', at);
		at = end < 0 ? -1 : text.indexOf(needle, end);
	}
}

function* findUnicode(data: Uint8Array, needle: string): Generator<number, void> {
	if (isAscii(data) || !bytes.decode(data).toLowerCase().includes(needle)) return;
	for (let start = 0; start < data.length;) {
		const end = data.indexOf(bytes.lineFeed, start) + 1 || data.length;
		const line = bytes.decode(data.subarray(start, end));
		const at = line.toLowerCase().indexOf(needle);
		// Lower case may be longer or shorter by a letter here and there: `at` is near enough for an excerpt.
		if (at >= 0) yield start + Buffer.byteLength(line.slice(0, at));
		start = end;
	}
}
