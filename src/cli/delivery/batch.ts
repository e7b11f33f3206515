import type { Outbox } from './outbox.ts';

/** Bytes in one request, unless a single line is longer: small enough for any proxy's limit. */
const usual = 256 * 1024;
/** A quarter of the server's limit (API.md, Limits). */
const mostLines = 2_500;
const lineFeed = 0x0a;

/** The first complete waiting lines, at least one. */
export function next(outbox: Outbox): Uint8Array<ArrayBuffer> {
	const bytes = outbox.read(usual);
	if (!bytes.includes(lineFeed)) {
		const all = outbox.read(outbox.unsent);
		return all.subarray(0, all.indexOf(lineFeed) + 1);
	}
	const end = endOf(bytes, mostLines) ?? bytes.lastIndexOf(lineFeed) + 1;
	return bytes.subarray(0, end);
}

/** Two parts of whole lines; null if there is only one line. */
export function halve(
	lines: Uint8Array<ArrayBuffer>
): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] | null {
	const count = linesIn(lines);
	const middle = count > 1 ? endOf(lines, Math.floor(count / 2)) : null;
	return middle === null ? null : [lines.subarray(0, middle), lines.subarray(middle)];
}

export function linesIn(bytes: Uint8Array): number {
	let count = 0;
	for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++;
	return count;
}

/** For people. */
export function count(lines: number): string {
	return lines === 1 ? '1 line' : `${lines.toLocaleString('en')} lines`;
}

/** Where the `nth` line (from 1) ends; null if there are fewer. */
function endOf(bytes: Uint8Array, nth: number): number | null {
	let at = 0;
	for (let line = 0; line < nth; line++) {
		at = bytes.indexOf(lineFeed, at) + 1;
		if (at === 0) return null;
	}
	return at;
}
