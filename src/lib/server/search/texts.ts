import { isAscii } from 'node:buffer';

/** A message with an escape sequence may match though its stored text does not have the needle: the sequence may stand within. */
const escapes = /[\x1b\x9b]/g; // eslint-disable-line no-control-regex
/** Sigma has another small letter at the end of a word, so that what stands around a text matters. */
const sigma = 'Σ';

/** A column of texts, one after the other, to be searched as a whole. */
export class TextColumn {
	readonly text: string;
	readonly #ends: Uint32Array;
	/** In lower case, if each text's part of it is the text's own lower case; null otherwise, undefined before it is needed. */
	#lower: string | null | undefined;
	readonly #isPlain: boolean;

	/** The bytes are UTF-8; each text ends at an index of `ends` within the whole, in UTF-16 units. */
	constructor(bytes: Buffer, ends: Uint32Array) {
		this.#isPlain = isAscii(bytes);
		this.text = bytes.toString(this.#isPlain ? 'latin1' : 'utf8');
		this.#ends = ends;
	}

	/** The texts, by index in rising order, that have a needle (in lower case) in any case, or may have it; null if all may. */
	having(needle: string): number[] | null {
		this.#lower ??= this.#lowered();
		const lower = this.#lower;
		if (needle === '' || lower === null) return null;
		const found: number[] = [];
		let index = 0;
		for (let at = lower.indexOf(needle); at !== -1;) {
			while ((this.#ends[index] as number) <= at) index++;
			const end = this.#ends[index] as number;
			if (at + needle.length > end) {
				at = lower.indexOf(needle, at + 1); // it reaches into the next text
				continue;
			}
			found.push(index);
			at = lower.indexOf(needle, end);
		}
		return found;
	}

	/** The texts with escape sequences. */
	withEscapes(): number[] {
		const found: number[] = [];
		let index = 0;
		for (const { index: at } of this.text.matchAll(escapes)) {
			while ((this.#ends[index] as number) <= at) index++;
			if (found.at(-1) !== index) found.push(index);
		}
		return found;
	}

	#lowered(): string | null {
		const lower = this.text.toLowerCase();
		const isAligned = this.#isPlain || (lower.length === this.text.length && !this.text.includes(sigma));
		return isAligned ? lower : null;
	}
}

/** The numbers of both, each once, in rising order. */
export function union(a: readonly number[], b: readonly number[]): number[] {
	if (b.length === 0) return [...a];
	return [...new Set([...a, ...b])].sort((one, other) => one - other);
}
