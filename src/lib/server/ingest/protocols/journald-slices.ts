import { Malformed } from './malformed.ts';
import type { Slice } from './protocol.ts';

/** What a slice has at most, and one field and one entry of the journal keep, in bytes. */
export interface Limits {
	sliceBytes: number;
	sliceLines: number;
	fieldBytes: number;
	entryBytes: number;
}

const usual: Limits = {
	sliceBytes: 1024 * 1024,
	sliceLines: 2_000,
	fieldBytes: 1024 * 1024,
	entryBytes: 4 * 1024 * 1024
};

/** The largest value that journald takes (systemd, DATA_SIZE_MAX): a length beyond it is none. */
const mostLength = 768 * 1024 * 1024;
const feed = 0x0a;
const equals = 0x3d;
const cursorName = '__CURSOR=';
/** Source: systemd, "Journal Export Formats", and journal_field_valid. */
const fieldName = /^[\w.]{1,64}$/;

/** A field that says what an entry lost here, in bytes; journald's own have no lower case. */
export const lostName = 'truncated_bytes';

/**
 * Cuts a stream in journald's export format between entries. An entry is fields as NAME=value, or NAME, a length in 64 bits
 * little-endian and as many bytes; an empty line ends it. What is too long is passed over without being kept.
 * @throws Malformed, after a slice of everything that came whole before.
 */
export async function* slices(
	source: AsyncIterable<Uint8Array>,
	limits: Partial<Limits> = {}
): AsyncGenerator<Slice> {
	const cutter = new Cutter({ ...usual, ...limits });
	try {
		for await (const chunk of source)
			yield* cutter.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
		cutter.end();
	} catch (error) {
		if (error instanceof Malformed) yield* cutter.rest();
		throw error;
	}
	yield* cutter.rest();
}

type State = 'line' | 'length' | 'value' | 'after value';

class Cutter {
	readonly #limits: Limits;
	#state: State = 'line';
	/** The slice so far. */
	#out = Buffer.alloc(0);
	#size = 0;
	#lines: { start: number; id: string | null }[] = [];
	/** Of the entry, and of its field, in the slice. */
	#entryStart = 0;
	#fieldStart = 0;
	#cursor: string | null = null;
	/** Bytes of the entry that were passed over, and of those its line's. */
	#lost = 0;
	#lostOfLine = 0;
	readonly #length = Buffer.alloc(8);
	#lengthRead = 0;
	/** Bytes of the value that are to come, and of those to be kept. */
	#ahead = 0;
	#kept = 0;

	constructor(limits: Limits) {
		this.#limits = limits;
	}

	/** Reads on; gives the slices that are full. */
	*take(chunk: Buffer): Generator<Slice> {
		for (let at = 0; at < chunk.length;) {
			at = this.#step(chunk, at);
			const { sliceBytes, sliceLines } = this.#limits;
			const isBetween = this.#entryStart === this.#size;
			if (isBetween && (this.#size >= sliceBytes || this.#lines.length >= sliceLines)) yield* this.rest();
		}
	}

	/** The stream has ended: so has its last entry, if it ends with a field. */
	end(): void {
		if (this.#state !== 'line' || this.#fieldStart !== this.#size)
			throw new Malformed('it is cut off within a field');
		if (this.#entryStart !== this.#size) this.#endEntry();
	}

	/** The entries that are whole and were not given yet. */
	*rest(): Generator<Slice> {
		if (this.#lines.length === 0) return;
		yield { bytes: this.#out.subarray(0, this.#entryStart), lines: this.#lines };
		this.#out = Buffer.alloc(0);
		this.#lines = [];
		this.#size = this.#entryStart = this.#fieldStart = 0;
	}

	/** Reads what is next in the chunk; returns how far it came. */
	#step(chunk: Buffer, at: number): number {
		switch (this.#state) {
			case 'line':
				return this.#readLine(chunk, at);
			case 'length':
				return this.#readLength(chunk, at);
			case 'value':
				return this.#readValue(chunk, at);
			case 'after value':
				if (chunk[at] !== feed) throw new Malformed('a field is longer than it says');
				this.#write(chunk, at, at + 1);
				this.#endField();
				return at + 1;
		}
	}

	#readLine(chunk: Buffer, at: number): number {
		const found = chunk.indexOf(feed, at);
		const end = found === -1 ? chunk.length : found;
		const room = Math.max(0, this.#limits.fieldBytes - (this.#size - this.#fieldStart));
		const kept = Math.min(end - at, room);
		this.#write(chunk, at, at + kept);
		this.#lostOfLine += end - at - kept;
		if (found === -1) return chunk.length;
		if (this.#size > this.#fieldStart) this.#endLine();
		else if (this.#entryStart !== this.#size) this.#endEntry();
		return found + 1;
	}

	#endLine(): void {
		const line = this.#out.subarray(this.#fieldStart, this.#size);
		this.#writeText('\n');
		if (line.includes(equals)) {
			this.#lost += this.#lostOfLine;
			this.#lostOfLine = 0;
			if (line.subarray(0, cursorName.length).equals(cursorPrefix))
				this.#cursor = line.toString('latin1', cursorName.length);
			this.#endField();
			return;
		}
		if (this.#lostOfLine > 0 || !fieldName.test(line.toString('latin1')))
			throw new Malformed('a line is no field of the journal');
		this.#state = 'length';
		this.#lengthRead = 0;
	}

	#readLength(chunk: Buffer, at: number): number {
		const read = chunk.copy(this.#length, this.#lengthRead, at);
		this.#lengthRead += read;
		if (this.#lengthRead < this.#length.length) return at + read;
		const length = this.#length.readBigUInt64LE();
		if (length > mostLength) throw new Malformed('a field is longer than 768 MiB');
		this.#ahead = Number(length);
		this.#kept = Math.min(this.#ahead, this.#limits.fieldBytes);
		this.#lost += this.#ahead - this.#kept;
		this.#length.writeBigUInt64LE(BigInt(this.#kept));
		this.#write(this.#length, 0, this.#length.length);
		this.#state = this.#ahead === 0 ? 'after value' : 'value';
		return at + read;
	}

	#readValue(chunk: Buffer, at: number): number {
		const read = Math.min(chunk.length - at, this.#ahead);
		const kept = Math.min(read, this.#kept);
		this.#write(chunk, at, at + kept);
		this.#kept -= kept;
		this.#ahead -= read;
		if (this.#ahead === 0) this.#state = 'after value';
		return at + read;
	}

	/** A field that is too much for its entry is left out. */
	#endField(): void {
		this.#state = 'line';
		if (this.#size - this.#entryStart > this.#limits.entryBytes) {
			this.#lost += this.#size - this.#fieldStart;
			this.#size = this.#fieldStart;
		}
		this.#fieldStart = this.#size;
	}

	#endEntry(): void {
		if (this.#lost > 0) this.#writeText(`${lostName}=${this.#lost}\n`);
		this.#writeText('\n');
		this.#lines.push({ start: this.#entryStart, id: this.#cursor });
		this.#entryStart = this.#fieldStart = this.#size;
		this.#cursor = null;
		this.#lost = 0;
	}

	#writeText(text: string): void {
		const bytes = Buffer.from(text);
		this.#write(bytes, 0, bytes.length);
	}

	#write(from: Buffer, start: number, end: number): void {
		const size = this.#size + end - start;
		if (size > this.#out.length) {
			const larger = Buffer.alloc(Math.max(size, this.#out.length * 2, 64 * 1024));
			this.#out.copy(larger, 0, 0, this.#size);
			this.#out = larger;
		}
		from.copy(this.#out, this.#size, start, end);
		this.#size = size;
	}
}

const cursorPrefix = Buffer.from(cursorName);
