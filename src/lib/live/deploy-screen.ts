/** The end of a deploy's log on the page: the chunks that the stream brings are written to a terminal, whose rows are shown. */
import { Terminal, type Screen } from '../log/terminal.ts';
import type { TerminalRow } from '../log/terminal-row.ts';
import * as ansi from './ansi.ts';
import { cap, perFrame } from './lines.ts';

/** A row as a terminal shows it. */
export interface Row {
	/** The number of the line that first wrote to it. Lines that only overwrite earlier rows have no row of their own. */
	line: number;
	/** When that line arrived; null if unknown. */
	time: string | null;
	/** With SGR sequences and OSC 8 links, but no other controls. */
	text: string;
	/** Whether there is more to the right. */
	cut: boolean;
}

/** A chunk of a log as the stream sends it; it may begin and end mid-line. */
export interface TextChunk {
	/** Of the first byte. */
	offset: number;
	/** The number of the line it begins in. */
	line: number;
	time: string | null;
	text: string;
}

type Origin = Pick<Row, 'line' | 'time'>;

/** A terminal's state after the last rows of a log. */
export type DeployTip = Screen<Origin>;

/** How many rows are kept while the reader browses earlier lines. */
export const mostBrowsed = 2000;

const blank: DeployTip = { hidden: [null], up: 0, column: 0, pen: [], pending: '' };

export class DeployScreen {
	readonly #terminal: Terminal<Origin>;
	readonly #shown = new WeakMap<TerminalRow<Origin>, Row>();

	/** Continues after the rows that a page began with. */
	constructor(rows: readonly Row[] = [], tip = blank) {
		const before = rows.map(({ line, time, text, cut }) => ({ tag: { line, time }, text, cut }));
		this.#terminal = Terminal.restore(before, tip, cap);
	}

	/** How many rows there have been so far. */
	get count(): number {
		return this.#terminal.written;
	}

	/** For another screen that continues from here. */
	tip(): DeployTip {
		return this.#terminal.save();
	}

	append({ text, line, time }: TextChunk): void {
		let start = 0;
		for (let number = line; start < text.length; number++) {
			const end = text.indexOf('\n', start) + 1 || text.length;
			this.#terminal.write(text.slice(start, end), { line: number, time });
			start = end;
		}
	}

	/** The newest rows, up to 500. An unchanged one is the same object as before. */
	rows(): Row[] {
		return this.#terminal
			.rows()
			.slice(-cap)
			.map((row) => {
				const before = this.#shown.get(row);
				if (before && before.text === row.text && before.cut === row.cut) return before;
				const shown = { ...row.tag, text: row.text, cut: row.cut };
				this.#shown.set(row, shown);
				return shown;
			});
	}
}

/** The next view on the way to the tip: at most `most` more rows than are shown. */
export function approach(rows: readonly Row[], tip: readonly Row[], most = perFrame): readonly Row[] {
	const last = rows.at(-1)?.line ?? 0;
	const unseen = tip.findIndex(({ line }) => line > last);
	return unseen < 0 ? tip : tip.slice(0, unseen + most);
}

/**
 * The rows plus those that follow at the tip, at most `most` more and none skipped. The last row may have grown since it was
 * shown. Over the limit, rows are removed from the far end.
 */
export function readOn(
	rows: readonly Row[],
	tip: readonly Row[],
	most = perFrame,
	limit = mostBrowsed
): readonly Row[] {
	const last = rows.at(-1)?.line ?? 0;
	const at = tip.findIndex(({ line }) => line >= last);
	if (at < 0) return rows;
	const more = tip.slice(at, at + most + 1);
	const kept = more[0]?.line === last ? rows.slice(0, -1) : rows;
	return [...kept, ...more].slice(-limit);
}

/** How many lines begin in a chunk, if the one before it ended with `last`. */
export function countNew(chunk: TextChunk, last: number): number {
	return Math.max(0, lastLine(chunk) - last);
}

/** The number of the last line that a chunk has a part of. */
export function lastLine({ line, text }: TextChunk): number {
	let count = 0;
	for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
	return text.endsWith('\n') ? line + count - 1 : line + count;
}

/** Earlier rows above the others; over the limit, rows are removed from the far end. */
export function prepend(rows: readonly Row[], earlier: readonly Row[], limit = mostBrowsed): readonly Row[] {
	const first = rows[0]?.line ?? Infinity;
	return [...earlier.filter(({ line }) => line < first), ...rows].slice(0, limit);
}

/** Later rows below the others; over the limit, rows are removed from the far end. */
export function extendBelow(
	rows: readonly Row[],
	later: readonly Row[],
	limit = mostBrowsed
): readonly Row[] {
	const last = rows.at(-1)?.line ?? 0;
	return [...rows, ...later.filter(({ line }) => line > last)].slice(-limit);
}

/**
 * The row that shows a line: its own, or, for a line that overwrites earlier rows, the last of those. Null before the first.
 */
export function rowOf(rows: readonly Row[], line: number): Row | null {
	return rows.findLast((row) => row.line <= line) ?? null;
}

/** A row as readable text. */
export function plain(row: Row): string {
	return ansi.strip(row.text);
}
