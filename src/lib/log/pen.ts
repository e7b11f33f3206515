/** A terminal's current style: colours and decorations (SGR, ECMA-48 8.3.117), kept as the codes that produce them. */

/** An attribute that is not renewed ends after this many lines: a line's look never depends on more of the log than that. */
export const longestHeld = 1_000;

/** A code and how many lines ago it was set. */
export type HeldCode = [code: string, age: number];

interface Held {
	code: string;
	/** The line in which it was set. */
	line: number;
}

const decorations = new Map([
	[1, 'bold'],
	[2, 'dim'],
	[3, 'italic'],
	[4, 'underline'],
	[7, 'inverse'],
	[8, 'hidden'],
	[9, 'strikethrough'],
	[21, 'underline']
]);

const ends = new Map([
	[22, ['bold', 'dim']],
	[23, ['italic']],
	[24, ['underline']],
	[27, ['inverse']],
	[28, ['hidden']],
	[29, ['strikethrough']],
	[39, ['foreground']],
	[49, ['background']]
]);

export class Pen {
	/** Codes that produce it, such as `1;31`; empty for plain. */
	codes = '';
	readonly #held = new Map<string, Held>();
	#oldest = Infinity;

	/** Applies the parameters of an SGR sequence in a line. */
	apply(parameters: string, line: number): void {
		if (parameters === '' || parameters === '0') return this.#reset();
		const codes = parameters.replaceAll(':', ';').split(';').map(Number);
		for (let at = 0; at < codes.length; at++) {
			const code = codes[at] ?? 0;
			if (code === 38 || code === 48) at += this.#colour(codes.slice(at, at + 5), line);
			else this.#one(code, line);
		}
		this.#changed();
	}

	/** Ends what was set too many lines ago; call it for every line. */
	reach(line: number): void {
		if (line - this.#oldest < longestHeld) return;
		for (const [name, held] of this.#held) if (line - held.line >= longestHeld) this.#held.delete(name);
		this.#changed();
	}

	/** As of a line, for `restore`. */
	save(line: number): HeldCode[] {
		return [...this.#held.values()].map((held) => [held.code, line - held.line]);
	}

	restore(codes: readonly HeldCode[], line: number): void {
		for (const [code, age] of codes) this.apply(code, line - age);
	}

	#reset(): void {
		this.#held.clear();
		this.#oldest = Infinity;
		this.codes = '';
	}

	#one(code: number, line: number): void {
		const decoration = decorations.get(code);
		if (code === 0) this.#held.clear();
		else if (decoration) this.#set(decoration, String(code === 21 ? 4 : code), line);
		else if (isColour(code, 30, 90)) this.#set('foreground', String(code), line);
		else if (isColour(code, 40, 100)) this.#set('background', String(code), line);
		else for (const name of ends.get(code) ?? []) this.#held.delete(name);
	}

	/** A colour of 256 or of red, green and blue; returns how many further codes belong to it. */
	#colour([code = 0, kind, ...values]: number[], line: number): number {
		const count = kind === 5 ? 1 : kind === 2 ? 3 : 0;
		const given = values.slice(0, count);
		const isWhole = count > 0 && given.length === count && given.every((value) => value <= 255);
		if (isWhole) this.#set(code === 38 ? 'foreground' : 'background', [code, kind, ...given].join(';'), line);
		return count + 1;
	}

	#set(name: string, code: string, line: number): void {
		this.#held.set(name, { code, line });
	}

	#changed(): void {
		this.#oldest = Infinity;
		for (const { line } of this.#held.values()) this.#oldest = Math.min(this.#oldest, line);
		this.codes = [...this.#held.values()].map(({ code }) => code).join(';');
	}
}

function isColour(code: number, normal: number, bright: number): boolean {
	return (code >= normal && code < normal + 8) || (code >= bright && code < bright + 8);
}
