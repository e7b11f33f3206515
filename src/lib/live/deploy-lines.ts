/** The lines of a deploy's log on the page: the pieces that the stream brings become rows, one for each line. */
import type { Line } from '../log/deploy.ts';
import * as ansi from './ansi.ts';
import { cap, perFrame } from './lines.ts';

export type Row = Pick<Line, 'line' | 'time' | 'text' | 'cut'>;

/** A piece of a log as the stream sends it; it may begin and end in the middle of a line. */
export interface Piece {
	/** Of the first byte. */
	offset: number;
	/** The number of the line in which it begins. */
	line: number;
	time: string | null;
	text: string;
}

/** So many rows are kept while the reader goes through earlier lines. */
export const mostBrowsed = 2000;

/** Of a line so many characters are kept; the raw log has the rest. */
const longest = 16 * 1024;

/** Of these colour changes, those after the last reset; more than a few are noise. */
const colours = /\x1b\[[0-9;]{0,64}m/g; // eslint-disable-line no-control-regex
const mostCarried = 16;

/** The rows with a piece after them, the newest `limit` of them. The last row goes on when the piece begins in its line. */
export function append(rows: readonly Row[], piece: Piece, limit = cap): readonly Row[] {
	const texts = piece.text.split('\n');
	const skipped = Math.max(0, texts.length - 1 - limit);
	const added = [...rows];
	for (let at = skipped; at < texts.length; at++) {
		const text = texts[at] ?? '';
		const ended = at < texts.length - 1;
		if (text === '' && !ended) break; // nothing of the next line is there yet
		const line = piece.line + at;
		const open = added.at(-1)?.line === line ? added.pop() : undefined;
		added.push(extend(open ?? { line, time: piece.time, text: '' }, text, ended));
	}
	return added.slice(-limit);
}

/** What is shown next on the way to the tip: at most `most` rows more than are shown. */
export function approach(rows: readonly Row[], tip: readonly Row[], most = perFrame): readonly Row[] {
	const last = rows.at(-1)?.line ?? 0;
	const unseen = tip.findIndex(({ line }) => line > last);
	return unseen < 0 ? tip : tip.slice(0, unseen + most);
}

/** How many lines begin in a piece, when the one before it ended with `last`. */
export function countNew(piece: Piece, last: number): number {
	return Math.max(0, lastLine(piece) - last);
}

/** The number of the last line of which a piece has something. */
export function lastLine({ line, text }: Piece): number {
	let count = 0;
	for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
	return text.endsWith('\n') ? line + count - 1 : line + count;
}

/** Earlier lines above the rows; over the limit rows are taken from the far end. */
export function prepend(rows: readonly Row[], earlier: readonly Row[], limit = mostBrowsed): readonly Row[] {
	return [...earlier, ...rows].slice(0, limit);
}

/** Later lines below the rows; over the limit rows are taken from the far end. */
export function extendBelow(
	rows: readonly Row[],
	later: readonly Row[],
	limit = mostBrowsed
): readonly Row[] {
	const last = rows.at(-1)?.line ?? 0;
	return [...rows, ...later.filter(({ line }) => line > last)].slice(-limit);
}

/**
 * What a terminal would still show of a line that was written over: what follows the last `\r` that anything follows, in
 * the colours that were set before it.
 */
export function lastState(text: string): string {
	if (!text.includes('\r')) return text;
	const states = text.split('\r');
	const at = Math.max(
		0,
		states.findLastIndex((state) => ansi.strip(state) !== '')
	);
	return carried(states.slice(0, at).join('')) + (states[at] ?? '');
}

/** A line as it is read: its last state without escape sequences. */
export function plain(row: Row): string {
	return ansi.strip(lastState(row.text));
}

function extend(row: Row, text: string, ended: boolean): Row {
	// The rest of a cut line is not wanted, unless it is written over.
	if (row.cut && !text.includes('\r')) return row;
	const joined = row.text + text;
	const whole = ended ? joined.replace(/\r+$/, '') : joined;
	if (whole.length <= longest) return { line: row.line, time: row.time, text: whole };
	return { line: row.line, time: row.time, ...shorten(whole) };
}

/** A trailing `\r` is kept: what follows it writes over the line, or it is half of a `\r\n`. */
function shorten(text: string): Pick<Row, 'text' | 'cut'> {
	const state = lastState(text);
	if (state.length > longest) return { text: state.slice(0, longest), cut: true };
	return { text: text.endsWith('\r') && state !== text ? `${state}\r` : state };
}

function carried(text: string): string {
	const codes = text.match(colours) ?? [];
	const reset = codes.findLastIndex((code) => /^\x1b\[0*m$/.test(code)); // eslint-disable-line no-control-regex
	return codes
		.slice(reset + 1)
		.slice(-mostCarried)
		.join('');
}
