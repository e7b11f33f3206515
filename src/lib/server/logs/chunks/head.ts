import { ByteReader, CorruptChunk } from './bytes.ts';
import * as ids from './ids.ts';

/** Some column's names, each once, and the index into them that each line has. */
export interface Names {
	/** The first is null: none. */
	names: readonly (string | null)[];
	numbers: Uint32Array | Uint8Array;
}

/** What a chunk says of its lines besides their texts. Arrays have an element for each line. */
export interface Head {
	readonly count: number;
	/** Epoch milliseconds, like `times`. */
	readonly receivedAt: Float64Array;
	readonly times: Float64Array;
	readonly severities: Uint8Array;
	readonly services: Names;
	readonly hosts: Names;
	/** Where its text ends within the whole, in UTF-16 units. */
	readonly messageEnds: Uint32Array;
	readonly attributeEnds: Uint32Array;
	/** Trace and span ids. */
	ids(): { traces: readonly (string | null)[]; spans: readonly (string | null)[] };
}

export const nameOf = ({ names, numbers }: Names, index: number): string | null =>
	names[numbers[index] as number] as string | null;

/** Reads an unpacked head; `receivedAt` is of its first line, in epoch milliseconds. @throws CorruptChunk */
export function readHead(bytes: Buffer, receivedAt: number): Head {
	const reader = new ByteReader(bytes);
	const count = reader.whole();
	if (count > bytes.length) throw new CorruptChunk('has more lines than it has bytes');
	return new ReadHead(reader, count, receivedAt);
}

/** What few searches need is read when it is first used. */
class ReadHead implements Head {
	readonly count: number;
	readonly times: Float64Array;
	readonly severities: Uint8Array;
	readonly services: Names;
	readonly hosts: Names;
	readonly messageEnds: Uint32Array;
	readonly #reader: ByteReader;
	readonly #receipts: readonly Receipt[];
	#receivedAt: Float64Array | null = null;
	#attributeEnds: Uint32Array | null = null;
	#ids: ReturnType<Head['ids']> | null = null;

	constructor(reader: ByteReader, count: number, receivedAt: number) {
		this.#reader = reader;
		this.count = count;
		this.#receipts = readReceipts(reader, count, receivedAt);
		this.times = reader.signedSums(new Float64Array(count));
		this.severities = reader.bytes(count);
		this.services = readNames(reader, count);
		this.hosts = readNames(reader, count);
		this.messageEnds = reader.sums(new Uint32Array(count));
	}

	get receivedAt(): Float64Array {
		return (this.#receivedAt ??= spread(this.#receipts, this.count));
	}

	get attributeEnds(): Uint32Array {
		return (this.#attributeEnds ??= this.#reader.sums(new Uint32Array(this.count)));
	}

	ids(): ReturnType<Head['ids']> {
		return (this.#ids ??= this.#readIds());
	}

	#readIds() {
		void this.attributeEnds; // which stand before them
		const [traces, spans] = [ids.read(this.#reader, this.count), ids.read(this.#reader, this.count)];
		this.#reader.end();
		return { traces, spans };
	}
}

/** Lines that were received at one time (epoch ms), by index; the end is excluded. */
interface Receipt {
	at: number;
	start: number;
	end: number;
}

function readReceipts(reader: ByteReader, count: number, receivedAt: number): Receipt[] {
	const receipts: Receipt[] = [];
	let at = receivedAt;
	let start = 0;
	for (let runs = reader.whole(); runs > 0; runs--) {
		at += reader.whole();
		const end = start + reader.whole();
		if (end > count) throw new CorruptChunk('has more times of receipt than lines');
		receipts.push({ at, start, end });
		start = end;
	}
	if (start !== count) throw new CorruptChunk('has fewer times of receipt than lines');
	return receipts;
}

function spread(receipts: readonly Receipt[], count: number): Float64Array {
	const received = new Float64Array(count);
	for (const { at, start, end } of receipts) received.fill(at, start, end);
	return received;
}

function readNames(reader: ByteReader, count: number): Names {
	const names: (string | null)[] = [null];
	for (let rest = reader.whole(); rest > 0; rest--) names.push(reader.text());
	const numbers = names.length <= 128 ? reader.bytes(count) : readNumbers(reader, count); // as they stand, a byte each
	for (let index = 0; index < count; index++)
		if ((numbers[index] as number) >= names.length) throw new CorruptChunk(`has no name ${numbers[index]}`);
	return { names, numbers };
}

function readNumbers(reader: ByteReader, count: number): Uint32Array {
	const numbers = new Uint32Array(count);
	for (let index = 0; index < count; index++) numbers[index] = reader.whole();
	return numbers;
}
