/** Joins the lines of a stack trace to one entry. Pure: whoever uses it keeps the time and the streams apart. */
import { following, isIndented, opening, type State } from './continuation.ts';

export interface Limits {
	lines: number;
	/** In UTF-8. */
	bytes: number;
}

/** The bytes are those of the longest message (API.md, Limits). */
export const usualLimits: Limits = { lines: 500, bytes: 256 * 1024 };

/** Blank lines in a row that a trace may have: Go and Node print one, Rails a second. */
const mostBlank = 3;
const troubled = /error|exception|throwable|traceback|panic|fatal|uncaught|failed|goroutine \d|SIG[A-Z]+: /i;

const isTroubled = (line: string) => troubled.test(line.slice(0, 2_000));

/** Whether more lines of a trace are likely to follow a line. */
export function mayBegin(line: string): boolean {
	const state = opening(line);
	return state === 'text' ? isTroubled(line) : state !== 'json';
}

/**
 * The lines of one stream, in order, as entries. A line is the beginning of an entry until `push` of the next one, or `end`,
 * says that it is whole: call `end` when nothing has come for a while. Only blank lines are left out.
 */
export class Joiner {
	readonly #limits: Limits;
	#lines: string[] = [];
	#bytes = 0;
	/** The blank lines since the last line: part of the entry if one follows that is. */
	#blank: string[] = [];
	#state: State = 'text';

	constructor(limits: Limits = usualLimits) {
		this.#limits = limits;
	}

	/** Whether an entry has begun. */
	get isOpen(): boolean {
		return this.#lines.length > 0;
	}

	/** Whether nothing can continue the entry: it need not wait for the next line. */
	get isWhole(): boolean {
		return this.isOpen && this.#state === 'json';
	}

	/** Whether more lines of a trace are likely to come. */
	get expectsMore(): boolean {
		const [first] = this.#lines;
		if (first === undefined || this.#state === 'json') return false;
		return this.#lines.length > 1 || this.#state !== 'text' || isTroubled(first);
	}

	/** Takes the next line, without its line end. The entry that is whole by that, if any; null if this line joined it. */
	push(line: string): string | null {
		if (!/\S/.test(line)) {
			if (this.isOpen && this.#blank.length <= mostBlank) this.#blank.push(line);
			return null;
		}
		const next = this.#continued(line);
		if (next !== null && this.#hasRoom(line)) {
			this.#append(line, next);
			return null;
		}
		const whole = this.end();
		// What goes on beyond the limits is an entry of its own, but still the same trace.
		this.#append(line, next ?? opening(line));
		return whole;
	}

	/** Takes a line that is not blank if it continues the entry that has begun. If not, nothing has changed. */
	join(line: string): boolean {
		const next = /\S/.test(line) ? this.#continued(line) : null;
		if (next === null || !this.#hasRoom(line)) return false;
		this.#append(line, next);
		return true;
	}

	/** The entry that has begun, if any, as it is. */
	end(): string | null {
		if (!this.isOpen) return null;
		const text = this.#lines.join('\n');
		this.#lines = [];
		this.#blank = [];
		this.#bytes = 0;
		return text;
	}

	#continued(line: string): State | null {
		const [first] = this.#lines;
		if (first === undefined || this.#blank.length > mostBlank) return null;
		const indented = isIndented(this.#lines.at(-1) ?? '');
		return following(line, { state: this.#state, first, indented, gap: this.#blank.length > 0 });
	}

	#hasRoom(line: string): boolean {
		const { lines, bytes } = this.#limits;
		if (this.#lines.length + this.#blank.length + 1 > lines) return false;
		const more = [...this.#blank, line].reduce((sum, text) => sum + 1 + size(text), 0);
		return this.#bytes + more <= bytes;
	}

	#append(line: string, state: State): void {
		for (const text of [...this.#blank, line]) {
			this.#bytes += size(text) + (this.isOpen ? 1 : 0);
			this.#lines.push(text);
		}
		this.#blank = [];
		this.#state = state;
	}
}

/** Bytes in UTF-8. */
function size(text: string): number {
	let bytes = text.length;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit < 0x80) continue;
		// Each half of a surrogate pair is two of its four bytes.
		bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
	}
	return bytes;
}
