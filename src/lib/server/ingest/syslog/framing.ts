import { mostFrameBytes, type Framing } from '../framing.ts';
import { Unfinished } from '../unfinished.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const less = 0x3c;

/** What a count can look like (RFC 6587, 3.4.1): seven digits at most, then a message, which begins with its priority. */
const count = /^([1-9]\d{0,6}) </;
const unfinishedCount = /^[1-9]\d{0,6} ?$/;
const countInside = /[1-9]\d{0,6} <\d{1,3}>/;
/** The beginning of a message of RFC 5424 or 3164, as no text has it by chance. */
const beginning =
	/<\d{1,3}>(?:1 (?:\d{4}-\d\d-\d\dT\d\d:|- \S+ \S+ \S+ \S+)|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )/g;
/** Enough of a text to see whether it begins like that. */
const looked = 96;

/**
 * Syslog over TCP, its framing seen for each frame anew: a count, or a line that ends with LF or NUL. A frame of text or JSON is a
 * line. A sender without any delimiter (winston-syslog) is understood where its next message begins a chunk, and at the end.
 */
export class SyslogFraming implements Framing {
	readonly #rest = new Unfinished();
	/** Bytes of `#rest` known to hold no line end. */
	#scanned = 0;
	/** Bytes to leave out, of a frame that was cut. */
	#skip = 0;
	/** Whether the rest of the line is left out. */
	#isSkippingLine = false;
	#hasCounted = false;
	#cut = 0;

	get unfinished(): number {
		return this.#rest.length;
	}

	takeCut(): number {
		const cut = this.#cut;
		this.#cut = 0;
		return cut;
	}

	push(chunk: Buffer): Buffer[] {
		const frames = this.#beginsAnew(chunk) ? this.#glued() : [];
		const piece = this.#rest.with(chunk);
		const end = this.#split(piece, frames);
		this.#rest.keep(piece, end);
		if (end > 0) this.#scanned = Math.max(0, this.#scanned - end);
		return frames;
	}

	end(): Buffer[] {
		return this.#rest.length === 0 ? [] : this.#glued();
	}

	#split(piece: Buffer, frames: Buffer[]): number {
		let at = 0;
		while (at < piece.length) {
			const next = this.#left(piece, at) ?? this.#counted(piece, at, frames) ?? this.#line(piece, at, frames);
			if (next === 'more') break;
			at = next;
			this.#scanned = at;
		}
		return at;
	}

	/** Passes over what belongs to no frame. */
	#left(piece: Buffer, at: number): number | null {
		if (this.#skip > 0) {
			const skipped = Math.min(this.#skip, piece.length - at);
			this.#skip -= skipped;
			return at + skipped;
		}
		if (this.#isSkippingLine) {
			const end = endOfLine(piece, at);
			this.#isSkippingLine = end === -1;
			return end === -1 ? piece.length : end + 1;
		}
		const byte = piece[at];
		return byte === lineFeed || byte === carriageReturn || byte === 0 ? at + 1 : null;
	}

	#counted(piece: Buffer, at: number, frames: Buffer[]): number | 'more' | null {
		const first = piece[at] ?? 0;
		if (first < 0x31 || first > 0x39) return this.#strayed(piece, at, frames);
		const text = piece.toString('latin1', at, Math.min(at + 9, piece.length));
		const digits = count.exec(text)?.[1];
		if (digits === undefined) {
			if (unfinishedCount.test(text)) return 'more';
			return this.#strayed(piece, at, frames);
		}
		this.#hasCounted = true;
		const from = at + digits.length + 1;
		const length = Number(digits);
		const taken = Math.min(length, mostFrameBytes);
		if (piece.length - from < taken) return 'more';
		frames.push(piece.subarray(from, from + taken));
		if (length > taken) {
			this.#cut += 1;
			this.#skip = length - taken;
		}
		return from + taken;
	}

	/** After a wrong count: what stands before the next count is a frame of its own. */
	#strayed(piece: Buffer, at: number, frames: Buffer[]): number | null {
		if (!this.#hasCounted || piece[at] === less) return null;
		const text = piece.toString('latin1', at, Math.min(piece.length, at + 4096));
		const next = text.search(countInside);
		if (next < 1 || text.slice(0, next).includes('\n')) return null;
		frames.push(piece.subarray(at, at + next));
		return at + next;
	}

	#line(piece: Buffer, at: number, frames: Buffer[]): number | 'more' {
		const end = endOfLine(piece, Math.max(at, this.#scanned));
		const last = end === -1 ? piece.length : end;
		if (last - at > mostFrameBytes) {
			frames.push(...unglued(piece.subarray(at, at + mostFrameBytes)));
			this.#cut += 1;
			this.#isSkippingLine = end === -1;
			return end === -1 ? piece.length : end + 1;
		}
		this.#scanned = last;
		if (end === -1) return 'more';
		const isBeforeFeed = piece[end] === lineFeed && piece[end - 1] === carriageReturn;
		if (end > at) frames.push(piece.subarray(at, isBeforeFeed ? end - 1 : end));
		return end + 1;
	}

	/** Whether a chunk begins a message although the one before it had no end. */
	#beginsAnew(chunk: Buffer): boolean {
		if (this.#rest.length === 0 || this.#hasCounted || chunk[0] !== less) return false;
		return chunk.toString('latin1', 0, looked).search(beginning) === 0 && this.#begins();
	}

	#begins(): boolean {
		return this.#rest.with(Buffer.alloc(0))[0] === less;
	}

	#glued(): Buffer[] {
		this.#scanned = 0;
		return unglued(this.#rest.take());
	}
}

/** Messages that follow each other without anything between them. */
function unglued(frame: Buffer): Buffer[] {
	if (frame[0] !== less) return [frame];
	const text = frame.toString('latin1');
	const starts = [...text.matchAll(beginning)].map(({ index }) => index).filter((index) => index > 0);
	return [0, ...starts].map((start, n) => frame.subarray(start, starts[n] ?? frame.length));
}

function endOfLine(piece: Buffer, from: number): number {
	const feed = piece.indexOf(lineFeed, from);
	const nul = piece.subarray(0, feed === -1 ? piece.length : feed).indexOf(0, from);
	return nul === -1 ? feed : nul;
}
