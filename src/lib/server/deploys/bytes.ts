import { Buffer } from 'node:buffer';

export const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** An escape sequence cut off by the end of the text (ECMA-48: CSI, strings such as OSC, and the rest). */
const cutEscape = /\x1b(?:\[[\x20-\x3f]*|[\]PX^_][^\x07\x1b\n]*\x1b?|[\x20-\x2f]*)$/; // eslint-disable-line no-control-regex
/** An unfinished escape sequence longer than this, in bytes, is not waited for. */
const longestEscape = 2048;

export const includes = (bytes: Uint8Array, part: Buffer): boolean =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(part);

/** How many lines end in these bytes. */
export function countLineFeeds(bytes: Uint8Array): number {
	let count = 0;
	for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++;
	return count;
}

/** Where the `nth` line (from 1) after the first begins in these bytes; null unless it begins in or right after them. */
export function lineStart(bytes: Uint8Array, nth: number): number | null {
	let at = 0;
	for (let line = 0; line < nth; line++) {
		at = bytes.indexOf(lineFeed, at) + 1;
		if (at === 0) return null;
	}
	return at;
}

/**
 * How many of these bytes can be shown without the next ones: all but an incomplete character, escape sequence or `\r\n` at
 * their end.
 */
export function complete(bytes: Uint8Array): number {
	const tail = bytes.subarray(Math.max(0, bytes.length - longestEscape));
	const escape = tail.includes(0x1b) ? latin1(tail).search(cutEscape) : -1;
	if (escape >= 0) return bytes.length - (tail.length - escape);
	if (tail.at(-1) === carriageReturn) return bytes.length - 1;
	return bytes.length - incompleteCharacter(tail);
}

/** The length of a UTF-8 character (RFC 3629) at the end that lacks its last bytes; 0 if there is none. */
function incompleteCharacter(tail: Uint8Array): number {
	for (let length = 1; length <= 3; length++) {
		const byte = tail.at(-length) ?? 0;
		if (isContinuation(byte)) continue;
		const needed = byte >= 0xf5 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
		return needed > length ? length : 0;
	}
	return 0;
}

/** Whether a byte can only continue a UTF-8 character that began before it. */
export function isContinuation(byte: number): boolean {
	return (byte & 0xc0) === 0x80;
}

/** The bytes as text; invalid UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
	return view(bytes).toString('utf8');
}

/** One character per byte: positions in the text are positions in the bytes. */
export function latin1(bytes: Uint8Array): string {
	return view(bytes).toString('latin1');
}

/** The first `most` bytes, without a character that the cut would split. */
export function head(bytes: Uint8Array, most: number): Uint8Array {
	if (bytes.length <= most) return bytes;
	let end = most;
	while (end > most - 4 && isContinuation(bytes[end] ?? 0)) end--;
	return bytes.subarray(0, end);
}

function view(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the last state begins of a line that overwrites itself with `\r`; 0 if it does not. A `\r\n` is a line end. */
export function lastState(data: Uint8Array): number {
	const end = data.at(-1) === lineFeed ? data.length - 2 : data.length - 1;
	return end <= 0 ? 0 : data.lastIndexOf(carriageReturn, end - 1) + 1;
}
