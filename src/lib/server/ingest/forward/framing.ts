import type { Framing } from '../framing.ts';
import { Malformed } from '../protocols/malformed.ts';
import { Unfinished } from '../unfinished.ts';
import { pass, scanFrom, type Scan } from './scan.ts';

/** A longer message ends the connection: Fluentd's chunks in memory have 8 MB. */
export const mostMessageBytes = 32 * 1024 * 1024;

const isOpening = (byte: number | undefined) => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number | undefined) => byte === 0x5d || byte === 0x7d;
const isBlank = (byte: number | undefined) =>
	byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09;
const quote = 0x22;
const backslash = 0x5c;

/** How far a JSON text has been looked at. */
interface JsonScan {
	at: number;
	depth: number;
	isText: boolean;
}

/** Fluentd's forward protocol: messages of MessagePack, or of JSON where one begins with a bracket. */
export class ForwardFraming implements Framing {
	readonly #rest = new Unfinished();
	/** How far the unfinished message has been looked at. */
	#scan: Scan | JsonScan | null = null;

	get unfinished(): number {
		return this.#rest.length;
	}

	takeCut(): number {
		return 0;
	}

	push(chunk: Buffer): Buffer[] {
		const messages: Buffer[] = [];
		const piece = this.#rest.with(chunk);
		let at = 0;
		while (at < piece.length) {
			if (!this.#scan && isBlank(piece[at])) {
				at += 1;
				continue;
			}
			const end = this.#passOver(piece, at);
			if (end === null) break;
			messages.push(piece.subarray(at, end));
			at = end;
		}
		const reaches = Math.max(piece.length, this.#scan?.at ?? 0) - at;
		if (reaches > mostMessageBytes) throw new Malformed('a message is longer than 32 MiB');
		this.#rest.keep(piece, at);
		if (this.#scan) this.#scan.at -= at;
		return messages;
	}

	/** A message that is not whole is none. */
	end(): Buffer[] {
		return [];
	}

	/** Where the message ends, or null if that has not come. */
	#passOver(piece: Buffer, at: number): number | null {
		this.#scan ??= isOpening(piece[at]) ? { at, depth: 0, isText: false } : scanFrom(at);
		const scan = this.#scan;
		const isWhole = 'left' in scan ? pass(piece, scan) : passJson(piece, scan);
		if (!isWhole) return null;
		this.#scan = null;
		return scan.at;
	}
}

function passJson(bytes: Buffer, scan: JsonScan): boolean {
	for (; scan.at < bytes.length; scan.at += 1) {
		const byte = bytes[scan.at];
		if (scan.isText) {
			if (byte === backslash) scan.at += 1;
			else if (byte === quote) scan.isText = false;
		} else if (byte === quote) scan.isText = true;
		else if (isOpening(byte)) scan.depth += 1;
		else if (isClosing(byte)) scan.depth -= 1;
		if (scan.depth > 0) continue;
		scan.at += 1;
		return true;
	}
	return false;
}
