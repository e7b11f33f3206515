import { Buffer } from 'node:buffer';

/** Bytes. A longer line comes in pieces, so that memory stays bounded. */
const longest = 1024 * 1024;
const lineFeed = 0x0a;

/** A line without its line end (LF or CRLF), and where it lies with it: from its first byte to behind its last. */
export interface Line {
	text: string;
	from: number;
	to: number;
}

/** Cuts a stream of bytes into lines. */
export class Lines {
	readonly #longest: number;
	#parts: Buffer[] = [];
	#length = 0;
	/** Where what is kept begins. */
	#from: number;

	/** `from`: the offset of the first byte. */
	constructor(most = longest, from = 0) {
		this.#longest = most;
		this.#from = from;
	}

	/** Bytes of a line whose end is still to come. */
	get held(): number {
		return this.#length;
	}

	/** The lines that these bytes complete. */
	push(bytes: Uint8Array): Line[] {
		const lines: Line[] = [];
		const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let at = 0; at < chunk.length;) {
			const feed = chunk.indexOf(lineFeed, at);
			const end = feed < 0 ? chunk.length : feed;
			const room = this.#longest - this.#length;
			const cut = Math.min(end, at + room);
			const isLine = cut === feed;
			if (isLine && this.#length === 0) lines.push(this.#whole(chunk, at, cut));
			else {
				this.#keep(chunk.subarray(at, cut));
				if (isLine) lines.push(this.#take(1));
				else if (this.#length === this.#longest) lines.push(this.#takeCharacters());
			}
			at = isLine ? feed + 1 : cut;
		}
		return lines;
	}

	/** The last line, if its line end is missing. */
	end(): Line[] {
		return this.#length > 0 ? [this.#take(0)] : [];
	}

	/** The usual case: nothing of the line came before. */
	#whole(chunk: Buffer, at: number, end: number): Line {
		const from = this.#from;
		this.#from += end - at + 1;
		return { text: textOf(chunk, at, end), from, to: this.#from };
	}

	#keep(bytes: Buffer): void {
		if (bytes.length === 0) return;
		// A copy: the read buffer is reused.
		this.#parts.push(Buffer.from(bytes));
		this.#length += bytes.length;
	}

	#take(feed: 0 | 1): Line {
		const bytes = Buffer.concat(this.#parts);
		const from = this.#from;
		this.#from += bytes.length + feed;
		this.#parts = [];
		this.#length = 0;
		return { text: textOf(bytes, 0, bytes.length), from, to: this.#from };
	}

	/** All but a character whose last bytes are still to come. */
	#takeCharacters(): Line {
		const bytes = Buffer.concat(this.#parts);
		let end = bytes.length;
		while (end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
		const begun = bytes[end - 1] ?? 0;
		const whole = begun < 0xc0 || bytes.length - (end - 1) >= lengthOf(begun) ? bytes.length : end - 1;
		const from = this.#from;
		this.#from += whole;
		this.#parts = [];
		this.#length = 0;
		this.#keep(bytes.subarray(whole));
		return { text: bytes.toString('utf8', 0, whole), from, to: this.#from };
	}
}

function textOf(bytes: Buffer, from: number, to: number): string {
	const text = bytes.toString('utf8', from, to);
	return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** Of a UTF-8 character, by its first byte (RFC 3629). */
function lengthOf(first: number): number {
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}
