import { connect, type Socket } from 'node:net';

/** What begins every event of a line; the number after it is the line's. */
const needle = Buffer.from('\nid: ');
/** Enough of an event to tell its number and that it has data: the needle, 16 digits, a line end and a letter. */
const headBytes = needle.length + 18;
/** An event of a line is longer than this, so the search can go on behind it. */
const leastBytes = 150;
const newline = 0x0a;
const letterD = 0x64; // of "data:"; an event that only moves the cursor ends here

/** Where viewers report lines that came together: the numbers of the first and the last. */
export type Arrived = (first: number, last: number) => void;

/**
 * One reader of a stream over a bare TCP socket. It looks only at the number of each event, so that a thousand of them cost
 * little beside the server they measure; that every number comes once and in order is checked on every line.
 */
export class Viewer {
	readonly #socket: Socket;
	readonly #arrived: Arrived;
	#rest: Buffer = Buffer.alloc(0);
	readonly #settle: PromiseWithResolvers<void>;
	/** The number of the last line seen. */
	last: number;
	bytes = 0;
	/** Lines that came twice or were left out. */
	faults = 0;
	/** Resolves when the stream has begun. */
	readonly opened: Promise<void>;

	constructor(address: URL, key: string, after: number, arrived: Arrived) {
		this.last = after;
		this.#arrived = arrived;
		this.#socket = connect({ host: address.hostname, port: Number(address.port), noDelay: true });
		this.#settle = Promise.withResolvers();
		this.opened = this.#settle.promise;
		this.#socket.on('data', (chunk) => this.#take(chunk));
		this.#socket.on('error', this.#settle.reject);
		this.#socket.on('close', () => this.#settle.reject(new Error('a stream was closed at once')));
		const request = `GET ${address.pathname}${address.search} HTTP/1.1\r\nHost: ${address.host}`;
		this.#socket.write(`${request}\r\nAuthorization: Bearer ${key}\r\n\r\n`);
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(chunk: Buffer): void {
		if (this.bytes === 0) this.#begin(chunk);
		this.bytes += chunk.length;
		const first = this.last + 1;
		// An event's head may be cut in two by TCP: what was too short to tell is read with what follows it.
		const rest = this.#rest;
		if (chunk.length < headBytes) {
			this.#read(Buffer.concat([rest, chunk]));
		} else {
			this.#read(Buffer.concat([rest, chunk.subarray(0, headBytes - 1)]));
			this.#read(chunk);
		}
		if (this.last >= first) this.#arrived(first, this.last);
	}

	#begin(chunk: Buffer): void {
		const head = chunk.toString('latin1', 0, 400);
		if (head.startsWith('HTTP/1.1 200 ')) this.#settle.resolve();
		else this.#settle.reject(new Error(`a stream was refused: ${head}`));
	}

	/** Sees the events whose head is whole, and keeps the end in which one may have begun. */
	#read(bytes: Buffer): void {
		const whole = bytes.length - headBytes;
		let at = bytes.indexOf(needle);
		while (at >= 0 && at <= whole) {
			const isLine = this.#see(bytes, at + needle.length);
			at = bytes.indexOf(needle, at + (isLine ? leastBytes : needle.length));
		}
		this.#rest = Buffer.from(bytes.subarray(Math.max(0, whole + 1)));
	}

	/** Whether it is a line; an event may follow closely on one that only moves the cursor. */
	#see(bytes: Buffer, at: number): boolean {
		let seq = 0;
		for (; bytes[at] !== newline; at++) seq = seq * 10 + (bytes[at] as number) - 48;
		if (bytes[at + 1] !== letterD) return false;
		if (seq !== this.last + 1) this.faults++;
		this.last = seq;
		return true;
	}
}
