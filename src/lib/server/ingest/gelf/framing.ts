import { mostFrameBytes, type Framing } from '../framing.ts';
import { Unfinished } from '../unfinished.ts';

/** A message of GELF may hold a long `full_message` beside the short one. */
const mostBytes = 4 * mostFrameBytes;

/** GELF over TCP: each message ends with NUL. The last one may lack it. */
export class GelfFraming implements Framing {
	readonly #rest = new Unfinished();
	#scanned = 0;
	#isSkipping = false;
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
		const frames: Buffer[] = [];
		const piece = this.#rest.with(chunk);
		let at = 0;
		for (;;) {
			const end = piece.indexOf(0, Math.max(at, this.#scanned));
			const last = end === -1 ? piece.length : end;
			if (!this.#isSkipping && last - at > mostBytes) {
				this.#cut += 1;
				this.#isSkipping = true;
			}
			if (end === -1) break;
			if (!this.#isSkipping && end > at) frames.push(piece.subarray(at, end));
			this.#isSkipping = false;
			at = end + 1;
		}
		this.#rest.keep(piece, this.#isSkipping ? piece.length : at);
		this.#scanned = this.#rest.length;
		return frames;
	}

	end(): Buffer[] {
		this.#scanned = 0;
		return this.#rest.length === 0 ? [] : [this.#rest.take()];
	}
}
