import { fold } from '../../log/fold.ts';
import { isAscii } from 'node:buffer';
import { CorruptChunk } from '../logs/chunks/bytes.ts';

/** A message with an escape sequence may match though its stored text does not have the needle: the sequence may stand within. */
const escapes = /[\x1b\x9b]/g; // eslint-disable-line no-control-regex
const escapeByte = 0x1b;

/** A column of texts, one after the other, that is searched as a whole. */
export interface TextColumn {
	/** One text by its index. */
	at(index: number): string;
	/** The texts, by index in rising order, that have a needle (folded) in any case, or may have it; null if all may. */
	having(needle: string): number[] | null;
	/** The texts with escape sequences. */
	withEscapes(): number[];
}

/**
 * A column in UTF-8. Each text ends at an index of `ends`, in UTF-16 units.
 * @throws CorruptChunk if the texts are not exactly the whole
 */
export function columnOf(bytes: Buffer, ends: Uint32Array): TextColumn {
	return isAscii(bytes) ? new AsciiColumn(bytes, ends) : new UnicodeColumn(bytes.toString('utf8'), ends);
}

function check(length: number, ends: Uint32Array): void {
	if ((ends.at(-1) ?? 0) !== length) throw new CorruptChunk('has texts of other lengths than it says');
}

/** Nearly all logs: as bytes, because a string of a whole column takes longer to make than to search (decision 0085). */
class AsciiColumn implements TextColumn {
	readonly #bytes: Buffer;
	readonly #ends: Uint32Array;

	constructor(bytes: Buffer, ends: Uint32Array) {
		check(bytes.length, ends);
		this.#bytes = bytes;
		this.#ends = ends;
	}

	at(index: number): string {
		return this.#bytes.toString('latin1', index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
	}

	having(needle: string): number[] | null {
		if (needle === '') return null;
		const bytes = Buffer.from(needle);
		if (!isAscii(bytes)) return [];
		return matching(this.#ends, bytes.length, finder(lowered(this.#bytes), bytes));
	}

	withEscapes(): number[] {
		return matching(this.#ends, 1, (from) => this.#bytes.indexOf(escapeByte, from));
	}
}

class UnicodeColumn implements TextColumn {
	readonly #text: string;
	readonly #ends: Uint32Array;

	constructor(text: string, ends: Uint32Array) {
		check(text.length, ends);
		this.#text = text;
		this.#ends = ends;
	}

	at(index: number): string {
		return this.#text.slice(index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
	}

	having(needle: string): number[] | null {
		const lower = fold(this.#text);
		// Only then each text's part of it is the text's own.
		if (needle === '' || lower.length !== this.#text.length) return null;
		return matching(this.#ends, needle.length, (from) => lower.indexOf(needle, from));
	}

	withEscapes(): number[] {
		return matching(this.#ends, 1, (from) => {
			escapes.lastIndex = from;
			return escapes.exec(this.#text)?.index ?? -1;
		});
	}
}

/** Bytes of usual logs in lower case, the most frequent first. */
const frequent = Buffer.from(' e01ta2oisnr3-l5d4c6879hump.=:/"fgybvw_k,x[]qjz');

/**
 * Finds a text in a buffer, from a place on. It is looked for by its end, from its rarest byte on: where the first byte is frequent, most of the time
 * would go into places where only that one is found.
 */
function finder(bytes: Buffer, text: Buffer): (from: number) => number {
	const rarity = [...text].map((byte) => frequent.indexOf(byte) >>> 0); // one that is not there is the rarest
	const begins = rarity.indexOf(Math.max(...rarity));
	const end = text.subarray(begins);
	return (from) => {
		for (let at = bytes.indexOf(end, from + begins); at !== -1; at = bytes.indexOf(end, at + 1))
			if (bytes.compare(text, 0, begins, at - begins, at) === 0) return at - begins;
		return -1;
	};
}

/** The texts in which something of a length is found; what reaches into the next text does not count. */
function matching(ends: Uint32Array, length: number, find: (from: number) => number): number[] {
	const found: number[] = [];
	let index = 0;
	for (let at = find(0); at !== -1;) {
		while ((ends[index] as number) <= at) index++;
		const end = ends[index] as number;
		const isInside = at + length <= end;
		if (isInside) found.push(index);
		at = find(isInside ? end : at + 1);
	}
	return found;
}

/** Where columns are put in lower case, one after the other: new memory would cost more than the work in it. */
let scratch = Buffer.alloc(0);

/** ASCII in lower case; valid until the next call. */
function lowered(bytes: Buffer): Buffer {
	if (scratch.length < bytes.length) scratch = Buffer.from(new ArrayBuffer((2 * bytes.length + 4) & ~3));
	bytes.copy(scratch);
	const words = new Int32Array(scratch.buffer, scratch.byteOffset, (bytes.length + 3) >> 2);
	for (let at = 0; at < words.length; at++) {
		const word = words[at] as number;
		// In each byte the highest bit: from 'A' on, and beyond 'Z'. Where only the first is set, 0x20 makes it small.
		const upper = (word + 0x3f3f3f3f) & ~(word + 0x25252525) & 0x80808080;
		words[at] = word | (upper >>> 2);
	}
	return scratch.subarray(0, bytes.length);
}

/** The numbers of both, each once, in rising order. */
export function union(a: number[], b: number[]): number[] {
	if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
	return [...new Set([...a, ...b])].sort((one, other) => one - other);
}
