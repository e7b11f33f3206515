/** A datagram that is a chunk begins with these bytes, the id (8 bytes), its number and the count of all. */
const magic = 0x1e0f;
const header = 12;
const mostChunks = 128;
/** The specification: "all chunks must arrive within 5 seconds". */
const patienceMs = 5_000;

/** What is kept of messages that are not complete, in bytes, for one sender and for all. */
const mostBySource = 1024 * 1024;
const mostInAll = 16 * 1024 * 1024;
/** What a message takes besides its chunks. */
const ownBytes = 512;

interface Message {
	source: string;
	parts: (Buffer | undefined)[];
	missing: number;
	bytes: number;
	/** When its first chunk came, epoch ms. */
	since: number;
}

/** What became of a datagram. */
export type Taken =
	| { kind: 'message'; bytes: Buffer }
	/** A chunk, of a message that is not complete. */
	| { kind: 'chunk' }
	| { kind: 'dropped'; reason: 'malformed' | 'full' };

/** Puts messages that came in several datagrams together, in whatever order these arrive. */
export class Reassembly {
	/** By sender and id; the oldest first. */
	readonly #messages = new Map<string, Message>();
	readonly #bySource = new Map<string, number>();
	#bytes = 0;
	#expired = 0;

	/** Bytes that are kept. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Messages that were given up because a chunk was missing, since it was last asked. */
	takeExpired(now: number): number {
		this.#expire(now);
		const expired = this.#expired;
		this.#expired = 0;
		return expired;
	}

	/** Takes a datagram from an address; one that is no chunk is a message. `now` is in epoch ms. */
	take(datagram: Buffer, source: string, now: number): Taken {
		if (datagram.length < 2 || datagram.readUInt16BE(0) !== magic)
			return { kind: 'message', bytes: datagram };
		const [number = 0, count = 0] = datagram.subarray(header - 2, header);
		if (datagram.length <= header || count === 0 || count > mostChunks || number >= count)
			return { kind: 'dropped', reason: 'malformed' };
		this.#expire(now);
		const id = `${source} ${datagram.toString('latin1', 2, 10)}`;
		const message = this.#messages.get(id) ?? this.#begin(id, source, count, now);
		if (message.parts.length !== count) return { kind: 'dropped', reason: 'malformed' };
		if (message.parts[number]) return { kind: 'chunk' }; // it came twice
		const part = datagram.subarray(header);
		if (!this.#hasRoom(source, part.length)) {
			if (message.missing === count) this.#forget(id, message);
			return { kind: 'dropped', reason: 'full' };
		}
		message.parts[number] = part;
		message.missing -= 1;
		this.#count(message, part.length);
		if (message.missing > 0) return { kind: 'chunk' };
		this.#forget(id, message);
		return { kind: 'message', bytes: Buffer.concat(message.parts as Buffer[]) };
	}

	#begin(id: string, source: string, count: number, now: number): Message {
		const parts = Array<Buffer | undefined>(count).fill(undefined);
		const message = { source, parts, missing: count, bytes: 0, since: now };
		this.#messages.set(id, message);
		this.#count(message, ownBytes + 8 * count);
		return message;
	}

	#hasRoom(source: string, more: number): boolean {
		return (this.#bySource.get(source) ?? 0) + more <= mostBySource && this.#bytes + more <= mostInAll;
	}

	#count(message: Message, bytes: number): void {
		message.bytes += bytes;
		this.#bytes += bytes;
		this.#bySource.set(message.source, (this.#bySource.get(message.source) ?? 0) + bytes);
	}

	#forget(id: string, message: Message): void {
		this.#messages.delete(id);
		this.#bytes -= message.bytes;
		const left = (this.#bySource.get(message.source) ?? 0) - message.bytes;
		if (left > 0) this.#bySource.set(message.source, left);
		else this.#bySource.delete(message.source);
	}

	#expire(now: number): void {
		for (const [id, message] of this.#messages) {
			if (now - message.since < patienceMs) return;
			this.#forget(id, message);
			this.#expired += 1;
		}
	}
}
