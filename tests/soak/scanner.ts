const blockEnd = Buffer.from('\n\n');
const newline = 0x0a;
const space = 0x20;
const letterI = 0x69; // of "id: "
const letterD = 0x64; // of "data: "

/** A line that is not one of the senders': an announcement of a deploy, or one of a key that is to be revoked. */
export interface Other {
	seq: number;
	service: string;
	message: string;
	attributes?: { deploy?: { id: string; status: string } };
}

export interface Listener {
	/** A sender's line: its place in the organization, its own number, and its data in `bytes`. */
	line?(seq: number, n: number, bytes: Buffer): void;
	other?(other: Other): void;
	/** An event with a name. */
	event?(type: string, data: string): void;
	fault(what: string): void;
}

/**
 * Reads the bytes of one organization's stream and checks them: every place once and in order, and so the senders' numbers. It
 * looks only at these two of each line, so that hundreds of readers are light. It outlasts the connection: after a cut, go on
 * with `cut` and the new bytes.
 */
export class Scanner {
	/** The place of the last line, or the cursor before the first; null while neither is known. */
	last: number | null;
	/** The number of the senders' last line; null before the first. */
	n: number | null = null;
	lines = 0;
	readonly #mark: Buffer;
	readonly #listener: Listener;
	#rest: Buffer = Buffer.alloc(0);

	constructor(mark: string, last: number | null, listener: Listener) {
		this.#mark = Buffer.from(`"message":"${mark} `);
		this.last = last;
		this.#listener = listener;
	}

	/** The connection ended: the event in its middle comes again. */
	cut(): void {
		this.#rest = Buffer.alloc(0);
	}

	take(chunk: Buffer): void {
		const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
		let at = 0;
		for (let end = bytes.indexOf(blockEnd); end >= 0; end = bytes.indexOf(blockEnd, at)) {
			this.#block(bytes.subarray(at, end));
			at = end + blockEnd.length;
		}
		this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
	}

	#block(block: Buffer): void {
		if (block[0] !== letterI) return this.#named(String(block));
		let at = 4;
		let seq = 0;
		for (; at < block.length && block[at] !== newline; at++) seq = seq * 10 + (block[at] as number) - 48;
		if (block[at + 1] !== letterD) return this.#moved(seq);
		if (this.last !== null && seq !== this.last + 1)
			this.#listener.fault(`line ${seq} came after ${this.last}`);
		this.last = seq;
		this.lines++;
		this.#line(seq, block);
	}

	/** A cursor alone; nothing is left out without a filter. */
	#moved(seq: number): void {
		if (this.last !== null && seq !== this.last)
			this.#listener.fault(`the cursor moved to ${seq} after line ${this.last}`);
		this.last = seq;
	}

	#line(seq: number, block: Buffer): void {
		const found = block.indexOf(this.#mark);
		if (found < 0) return this.#other(block);
		let n = 0;
		for (let at = found + this.#mark.length; block[at] !== space; at++)
			n = n * 10 + (block[at] as number) - 48;
		if (this.n !== null && n !== this.n + 1)
			this.#listener.fault(`at ${seq} the sender's line ${n} came after ${this.n}`);
		this.n = n;
		this.#listener.line?.(seq, n, block);
	}

	#other(block: Buffer): void {
		const data = String(block).replace(/^id: \d+\ndata: /, '');
		this.#listener.other?.(JSON.parse(data) as Other);
	}

	#named(block: string): void {
		const type = /^event: (.*)$/m.exec(block)?.[1];
		const data = /^data: (.*)$/m.exec(block)?.[1] ?? '';
		if (type !== undefined) this.#listener.event?.(type, data);
		if (type === 'skipped' || type === 'unseen') this.#listener.fault(`${type} ${data}`);
	}
}
