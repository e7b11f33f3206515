/**
 * What a terminal would show of a log: a small model, the same for the browser, the server and its search.
 *
 * It does what progress displays need: CR, LF (which also goes to the first column, as in a pipe), BS, SGR, OSC 8, the cursor
 * movements CUU, CUD, CUF, CUB, CNL, CPL and CHA, and EL and ED to the end. Every other control is left out: nothing erases
 * what has scrolled by. A sequence that does not end within its line, or within 2,000 characters, does not count: only its
 * introducer is left out, so it swallows nothing.
 *
 * Only line feeds create rows. The last `reach` of them can be overwritten, so after that many lines without an upward move the
 * cursor is at the bottom, whatever came before: a reader can begin anywhere (server/deploys/replay.ts).
 */
import { Pen, type HeldCode } from './pen.ts';
import { control, csi, escape, match, string, unfinished } from './sequences.ts';
import { TerminalRow, widest } from './terminal-row.ts';

/** Rows that can still be overwritten, counted from the bottom. */
export const reach = 100;

/** A terminal's state besides its rows, for another one that continues from there. */
export interface Screen<Tag> {
	/** The tags of rows at the bottom that are not shown; null for one that is still unwritten. */
	hidden: (Tag | null)[];
	/** Of the cursor: rows above the bottom, and columns from the left. */
	up: number;
	column: number;
	pen: HeldCode[];
	/** The beginning of a sequence whose end is still to come. */
	pending: string;
}

export interface Size<Tag> {
	/** How many of the newest rows to keep, at least those that can be overwritten; the others are handed out in order. */
	keep?: number;
	onscrolled?: (rows: readonly TerminalRow<Tag>[]) => void;
	/** What is written further right is dropped. */
	columns?: number;
}

export type Written<Tag> = TerminalRow<Tag> & { tag: Tag };

/** As another terminal showed it. */
export interface Shown<Tag> {
	tag: Tag;
	text: string;
	cut: boolean;
}

/**
 * The column to which the cursor can be sent, so that a few bytes cannot ask for megabytes of blanks. No terminal is that wide.
 */
const furthest = 1_000;

export class Terminal<Tag> {
	/** How many rows were made. */
	made = 1;
	readonly #keep: number;
	readonly #columns: number;
	readonly #onscrolled: (rows: readonly TerminalRow<Tag>[]) => void;
	readonly #pen = new Pen();
	#rows: TerminalRow<Tag>[] = [new TerminalRow()];
	/** Of the cursor. */
	#row = 0;
	#column = 0;
	#link = '';
	/** Line feeds so far. */
	#line = 0;
	#pending = '';

	constructor({ keep = Infinity, columns = widest, onscrolled = () => {} }: Size<Tag> = {}) {
		this.#keep = Math.max(keep, reach);
		this.#columns = columns;
		this.#onscrolled = onscrolled;
	}

	/** Continues where another terminal was; `rows` are those that it showed. */
	static restore<Tag>(shown: readonly Shown<Tag>[], screen: Screen<Tag>, keep?: number): Terminal<Tag> {
		const terminal = new Terminal<Tag>({ keep });
		terminal.#rows = shown.map((row) => Terminal.#rowOf(row));
		terminal.#rows.push(...screen.hidden.map((tag) => Object.assign(new TerminalRow<Tag>(), { tag })));
		if (terminal.#rows.length === 0) terminal.#rows.push(new TerminalRow());
		terminal.made = terminal.#rows.length;
		terminal.#row = Math.max(0, terminal.#rows.length - 1 - screen.up);
		terminal.#column = screen.column;
		terminal.#pen.restore(screen.pen, 0);
		terminal.#pending = screen.pending;
		return terminal;
	}

	static #rowOf<Tag>({ tag, text, cut }: Shown<Tag>): TerminalRow<Tag> {
		const terminal = new Terminal<Tag>();
		terminal.write(text, tag);
		const row = terminal.#rows[0] ?? new TerminalRow();
		return Object.assign(row, { tag, cut });
	}

	/** How many rows were written to. */
	get written(): number {
		return this.made - (this.#rows.at(-1)?.tag === null ? 1 : 0);
	}

	save(): Screen<Tag> {
		return {
			hidden: this.#rows.slice(this.#end()).map(({ tag }) => tag),
			up: this.#rows.length - 1 - this.#row,
			column: this.#column,
			pen: this.#pen.save(this.#line),
			pending: this.#pending
		};
	}

	/** Writes text; rows it is the first to write to get the tag. */
	write(added: string, tag: Tag): void {
		const text = this.#pending + added;
		this.#pending = '';
		for (let at = 0; at < text.length;) {
			control.lastIndex = at;
			const next = control.exec(text)?.index ?? text.length;
			if (next > at) this.#put(text.slice(at, next), tag);
			at = next < text.length ? this.#control(text, next, tag) : next;
		}
	}

	/** The log has ended: an unfinished title or link is text after all, and of any other sequence nothing is shown. */
	settle(tag: Tag): void {
		const rest = /^\x1b[\]PX^_]([^]*)/.exec(this.#pending)?.[1] ?? ''; // eslint-disable-line no-control-regex
		this.#pending = '';
		if (rest !== '') this.write(rest, tag);
	}

	/** The visible rows: without the blank rows at the bottom, from the cursor's on. */
	rows(): Written<Tag>[] {
		return this.#rows.slice(0, this.#end()).filter(isWritten);
	}

	#end(): number {
		let end = this.#rows.length;
		while (end > this.#row && this.#rows[end - 1]?.isBlank) end--;
		return end;
	}

	/** Executes the control at a place and returns the place after it. */
	#control(text: string, at: number, tag: Tag): number {
		const code = text.charCodeAt(at);
		if (code === 0x1b || code === 0x9b) return this.#sequence(text, at);
		if (code === 0x0a) this.#feed(tag);
		if (code === 0x0d) this.#column = 0;
		if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
		return at + 1;
	}

	#sequence(text: string, at: number): number {
		const code = match(csi, text, at);
		if (code) {
			if (code[2] === '') this.#obey(code[3] ?? '', code[1] ?? '');
			return at + code[0].length;
		}
		const told = match(string, text, at);
		if (told) {
			if (told[1] === ']') this.#linkTo(told[2] ?? '');
			return at + told[0].length;
		}
		if (match(unfinished, text, at)) {
			this.#pending = text.slice(at);
			return text.length;
		}
		return at + (match(escape, text, at)?.[0].length ?? 1);
	}

	#obey(final: string, parameters: string): void {
		if (final === 'm' && /^[\d;:]*$/.test(parameters)) return this.#pen.apply(parameters, this.#line);
		if (!/^\d*(?:;|$)/.test(parameters)) return;
		const first = Number.parseInt(parameters, 10) || 0;
		const by = first || 1;
		if (final === 'A' || final === 'F') this.#move(-by);
		if (final === 'B' || final === 'E') this.#move(by);
		if (final === 'E' || final === 'F') this.#column = 0;
		if (final === 'C') this.#column = Math.max(this.#column, Math.min(this.#column + by, furthest));
		if (final === 'D') this.#column = Math.max(0, this.#column - by);
		if (final === 'G') this.#column = Math.min(by - 1, furthest);
		if (final === 'K') this.#eraseInRow(first);
		if (final === 'J' && first === 0) this.#eraseBelow();
	}

	#move(by: number): void {
		const bottom = this.#rows.length - 1;
		this.#row = Math.min(bottom, Math.max(0, bottom - reach + 1, this.#row + by));
	}

	#eraseInRow(which: number): void {
		const row = this.#rows[this.#row];
		if (which === 0) row?.truncate(this.#column);
		if (which === 1) row?.blank(this.#column + 1);
		if (which === 2) row?.truncate(0);
	}

	#eraseBelow(): void {
		this.#eraseInRow(0);
		for (const row of this.#rows.slice(this.#row + 1)) row.truncate(0);
	}

	/** OSC 8 ; parameters ; address. The other operating system commands are left out. */
	#linkTo(command: string): void {
		const address = /^8;[^;]*;(.*)$/.exec(command)?.[1];
		if (address !== undefined) this.#link = address;
	}

	/** The cursor's row, which gets the tag if it is unwritten. */
	#touch(tag: Tag): TerminalRow<Tag> {
		const row = this.#rows[this.#row];
		if (!row) throw new Error('the cursor is outside of the rows');
		row.tag ??= tag;
		return row;
	}

	#put(text: string, tag: Tag): void {
		this.#column = this.#touch(tag).put(this.#column, text, this.#columns, {
			codes: this.#pen.codes,
			link: this.#link
		});
	}

	#feed(tag: Tag): void {
		this.#touch(tag);
		this.#row++;
		this.#column = 0;
		this.#link = '';
		this.#pen.reach(++this.#line);
		if (this.#row < this.#rows.length) return;
		this.#rows.push(new TerminalRow());
		this.made++;
		// In portions: removing the first element of an array costs as much as removing many.
		if (this.#rows.length >= this.#keep + 2 * reach) this.#drop(this.#rows.length - this.#keep);
	}

	#drop(count: number): void {
		this.#onscrolled(this.#rows.splice(0, count));
		this.#row -= count;
	}
}

/** Whether anything was written in a row: an untouched one is only ever the last. */
export function isWritten<Tag>(row: TerminalRow<Tag>): row is Written<Tag> {
	return row.tag !== null;
}
