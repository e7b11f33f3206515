import { isWritten, reach, Terminal, type Screen, type Written } from '../../log/terminal.ts';
import type { TerminalRow } from '../../log/terminal-row.ts';
import type { Extent, Origin, Replay } from './replay.ts';

/** A row of a log as a terminal shows it, with the number of the line that first wrote to it. */
export interface Row {
	line: number;
	/** Of that line's first byte. */
	offset: number;
	/** When that line arrived, ISO 8601. */
	time: string;
	/** With SGR sequences and OSC 8 links, but no other controls. */
	text: string;
	/** Whether there is more to the right. */
	cut: boolean;
}

export interface Shown {
	rows: Row[];
	/** Whether no other row follows them. */
	end: boolean;
}

/** The end of a log, for a terminal that continues from there. */
export interface Tail {
	rows: Row[];
	/** Where to continue, in bytes. */
	cursor: number;
	screen: Screen<Origin>;
}

/** Rows per call. */
const most = 5_000;
/** How much further back to search for the last rows, as a multiple of the lines they usually take. */
const mostLooks = 8;

/**
 * Reads logs as a terminal shows them. A row has the number of the line that first wrote to it; lines that only overwrite
 * earlier rows have none of their own, so numbers rise, and a redraw leaves a gap in them.
 */
export class RowReader {
	readonly #replay: Replay;
	readonly #extentOf: (org: string, id: string) => Promise<Extent | null>;

	constructor(replay: Replay, extentOf: (org: string, id: string) => Promise<Extent | null>) {
		this.#replay = replay;
		this.#extentOf = extentOf;
	}

	/**
	 * The rows of the lines from `first` to `last` (from 1, both inclusive), at most 5,000. Earlier rows that those lines
	 * overwrite are included; if none of the lines has a row, so is the next row after them.
	 */
	async read(org: string, id: string, first: number, last: number): Promise<Shown> {
		const extent = await this.#extentOf(org, id);
		const begin = extent && (await this.#replay.beginning(org, id, first));
		if (!begin) return { rows: [], end: true };
		const wanted = Math.min(last - first + 1, most);
		const terminal = new Terminal<Origin>({ keep: wanted + 3 * reach });
		const { goesOn, until } = slice(terminal, first, last);
		await all(this.#replay.write(org, id, { from: begin.offset, extent, terminal }, goesOn));
		const shown = terminal.rows().filter(({ tag }) => tag.line >= begin.exact);
		const rows = shown.filter(({ tag }) => tag.line <= until());
		return { rows: rows.slice(-wanted).map(rowOf), end: rows.length === shown.length };
	}

	/** The last `limit` rows of a log, or fewer where so many lines have no row that the search would be long. */
	async tail(org: string, id: string, limit: number): Promise<Tail> {
		const extent = (await this.#extentOf(org, id)) ?? { end: 0, lines: 0, ended: true };
		for (let back = limit; ; back *= 8) {
			const first = Math.max(1, extent.lines - back + 1);
			const begin = await this.#replay.beginning(org, id, first);
			const terminal = new Terminal<Origin>({ keep: limit });
			if (begin) await all(this.#replay.write(org, id, { from: begin.offset, extent, terminal }));
			const rows = terminal.rows().filter(({ tag }) => tag.line >= (begin?.exact ?? 1));
			const isAll = begin === null || begin.exact === 1;
			if (rows.length < limit && !isAll && back <= mostLooks * limit) continue;
			return { rows: rows.slice(-limit).map(rowOf), cursor: extent.end, screen: terminal.save() };
		}
	}

	/** All rows from a line on, in order, up to 256 KiB at a time. */
	async *from(org: string, id: string, first: number): AsyncGenerator<Written<Origin>[], void> {
		const extent = await this.#extentOf(org, id);
		const begin = extent && (await this.#replay.beginning(org, id, first));
		if (!begin) return;
		let scrolled: Written<Origin>[] = [];
		const isWanted = ({ tag }: Written<Origin>) => tag.line >= first;
		const onscrolled = (rows: readonly TerminalRow<Origin>[]) =>
			void scrolled.push(...rows.filter(isWritten).filter(isWanted));
		const terminal = new Terminal<Origin>({ keep: reach, onscrolled });
		const steps = this.#replay.write(org, id, { from: begin.offset, extent, terminal });
		while (!(await steps.next()).done) {
			yield scrolled;
			scrolled = [];
		}
		yield [...scrolled, ...terminal.rows().filter(isWanted)];
	}
}

/** Whether to continue after a line, and the last line of the slice: one whose row can no longer be overwritten. */
function slice(terminal: Terminal<Origin>, first: number, last: number) {
	let until = last;
	let [before, after] = [1, NaN];
	function goesOn(line: number): boolean {
		if (line < first) before = terminal.made;
		if (line < until) return true;
		if (Number.isNaN(after) && terminal.made === before) until = line + 1;
		else if (Number.isNaN(after)) after = terminal.made;
		return Number.isNaN(after) || terminal.made - after < reach;
	}
	return { goesOn, until: () => until };
}

async function all(steps: AsyncGenerator<void, void>): Promise<void> {
	while (!(await steps.next()).done);
}

function rowOf({ tag: { line, offset, time }, text, cut }: Written<Origin>): Row {
	return { line, offset, time: new Date(time).toISOString(), text, cut };
}
