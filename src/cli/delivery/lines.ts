import { Buffer } from 'node:buffer';

/** Bytes. A longer line comes in pieces, so that memory stays bounded. */
const longest = 1024 * 1024;
const lineFeed = 0x0a;

/** Cuts a stream of bytes into lines, without their line ends (LF or CRLF). */
export class Lines {
	readonly #longest: number;
	#parts: Buffer[] = [];
	#length = 0;

	constructor(most = longest) {
		this.#longest = most;
	}

	/** The lines that these bytes complete. */
	push(bytes: Uint8Array): string[] {
		const lines: string[] = [];
		const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let at = 0; at < chunk.length;) {
			const feed = chunk.indexOf(lineFeed, at);
			const end = feed < 0 ? chunk.length : feed;
			const room = this.#longest - this.#length;
			const cut = Math.min(end, at + room);
			this.#keep(chunk.subarray(at, cut));
			at = cut === feed ? feed + 1 : cut;
			if (cut === feed) lines.push(this.#take());
			else if (this.#length === this.#longest) lines.push(...this.#takeCharacters());
		}
		return lines;
	}

	/** The last line, if its line end is missing. */
	end(): string[] {
		return this.#length > 0 ? [this.#take()] : [];
	}

	#keep(bytes: Buffer): void {
		if (bytes.length === 0) return;
		// A copy: the read buffer is reused.
		this.#parts.push(Buffer.from(bytes));
		this.#length += bytes.length;
	}

	#take(): string {
		const line = Buffer.concat(this.#parts).toString();
		this.#parts = [];
		this.#length = 0;
		return line.endsWith('\r') ? line.slice(0, -1) : line;
	}

	/** All but a character whose last bytes are still to come. */
	#takeCharacters(): string[] {
		const bytes = Buffer.concat(this.#parts);
		let end = bytes.length;
		while (end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
		const begun = bytes[end - 1] ?? 0;
		const whole = begun < 0xc0 || bytes.length - (end - 1) >= lengthOf(begun) ? bytes.length : end - 1;
		this.#parts = [];
		this.#length = 0;
		this.#keep(bytes.subarray(whole));
		return [bytes.toString('utf8', 0, whole)];
	}
}

/** Of a UTF-8 character, by its first byte (RFC 3629). */
function lengthOf(first: number): number {
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}
