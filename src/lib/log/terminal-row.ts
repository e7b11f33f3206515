/**
 * One row of a terminal: runs of text with one look each. A column is a UTF-16 unit, so an emoji takes two of them, as on a
 * terminal.
 */

export interface Run {
	text: string;
	/** SGR codes; empty for plain. */
	codes: string;
	/** Where it links to (OSC 8); empty for nowhere. */
	link: string;
}

/** Columns of a row in a log. */
export const widest = 16 * 1024;
/** The most changes of look that a row keeps. It bounds the work for a hostile line. */
const mostRuns = 400;

export class TerminalRow<Tag> {
	/** The tag of its first writer; null while nothing was written. */
	tag: Tag | null = null;
	/** Whether something was written beyond the last column. */
	cut = false;
	#runs: Run[] = [];
	#length = 0;
	#text: string | null = null;

	get isBlank(): boolean {
		return this.#length === 0;
	}

	get runs(): readonly Run[] {
		return this.#runs;
	}

	/** The row as text that looks the same anywhere: with SGR sequences and OSC 8 links, but no other controls. */
	get text(): string {
		return (this.#text ??= textOf(this.#runs));
	}

	/** Its readable text. */
	get plain(): string {
		const [only] = this.#runs;
		return this.#runs.length === 1 && only ? only.text : this.#runs.map(({ text }) => text).join('');
	}

	/** Overwrites the content from a column on, and returns the column after it. */
	put(column: number, text: string, columns: number, { codes, link }: Omit<Run, 'text'>): number {
		const room = Math.max(0, columns - column);
		if (text.length > room) this.cut = true;
		const kept = text.length > room ? text.slice(0, room) : text;
		if (kept === '') return column;
		const end = column + kept.length;
		if (column > this.#length) this.#append(' '.repeat(column - this.#length), '', '');
		if (column === this.#length) this.#append(kept, codes, link);
		else this.#replace(column, end, { text: kept, codes, link });
		return end;
	}

	/** Removes everything from a column on. */
	truncate(column: number): void {
		if (column >= this.#length) return;
		this.#runs = slice(this.#runs, 0, column);
		this.#length = column;
		this.#text = null;
		this.cut = false;
	}

	/** Blanks everything before a column. */
	blank(column: number): void {
		const end = Math.min(column, this.#length);
		if (end > 0) this.#replace(0, end, { text: ' '.repeat(end), codes: '', link: '' });
	}

	#replace(from: number, to: number, run: Run): void {
		const rest = slice(this.#runs, to, this.#length);
		this.#runs = slice(this.#runs, 0, from);
		const length = Math.max(this.#length, to);
		for (const { text, codes, link } of [run, ...rest]) this.#append(text, codes, link);
		this.#length = length;
	}

	#append(text: string, codes: string, link: string): void {
		const last = this.#runs.at(-1);
		const joins = last && ((last.codes === codes && last.link === link) || this.#runs.length >= mostRuns);
		if (joins) this.#runs[this.#runs.length - 1] = { ...last, text: last.text + text };
		else this.#runs.push({ text, codes, link });
		this.#length += text.length;
		this.#text = null;
	}
}

/** The runs between two columns; half of a character becomes a blank. */
function slice(runs: readonly Run[], from: number, to: number): Run[] {
	const kept: Run[] = [];
	let start = 0;
	for (const run of runs) {
		const text = run.text.slice(Math.max(0, from - start), Math.max(0, to - start));
		start += run.text.length;
		if (text !== '') kept.push({ ...run, text: whole(text) });
	}
	return kept;
}

function whole(text: string): string {
	return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, ' ');
}

function textOf(runs: readonly Run[]): string {
	let text = '';
	let before = { codes: '', link: '' };
	for (const run of runs) {
		if (run.link !== before.link) text += `\x1b]8;;${run.link}\x1b\\`;
		if (run.codes !== before.codes) text += run.codes === '' ? '\x1b[0m' : `\x1b[0;${run.codes}m`;
		text += run.text;
		before = run;
	}
	return text;
}
