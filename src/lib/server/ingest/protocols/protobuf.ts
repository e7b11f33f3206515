import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

import { Malformed } from './malformed.ts';

export { WireType };

/** How deep messages may nest in each other, as in protobuf's own libraries. */
const mostLevels = 100;

/** Reads the field that the reader stands at if it knows it, and says whether it did. */
type Take = (field: number, type: WireType) => boolean;

/** The bytes of each occurrence of a field that holds messages. What else there is is passed over, at hardly any cost. */
export function* each(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
	const reader = new MessageReader(bytes);
	let found: Uint8Array | null = null;
	const take: Take = (field, type) => {
		if (field !== wanted || type !== WireType.LengthDelimited) return false;
		found = reader.bytes();
		return true;
	};
	while (reader.next(take)) {
		if (found) yield found;
		found = null;
	}
}

/** Reads the fields of a message. Every fault is `Malformed`; only texts are copied. */
export class MessageReader {
	readonly #reader: BinaryReader;
	#end: number;
	#level = 0;

	constructor(bytes: Uint8Array) {
		this.#reader = new BinaryReader(bytes, utf8);
		this.#end = bytes.length;
	}

	/** Every field of the message. Those that `take` does not know are skipped. */
	fields(take: Take): void {
		while (this.next(take));
	}

	/** One field of the message; false at its end. */
	next(take: Take): boolean {
		const reader = this.#reader;
		if (reader.pos === this.#end) return false;
		try {
			const [field, type] = reader.tag();
			if (!take(field, type)) reader.skip(type, field);
		} catch (error) {
			if (error instanceof Malformed) throw error;
			throw new Malformed(`not protobuf: ${(error as Error).message}`, { cause: error });
		}
		if (reader.pos > this.#end) throw new Malformed('not protobuf: a field is longer than what holds it');
		return true;
	}

	/** The fields of the message that stands here. */
	message(take: Take): true {
		const length = this.#reader.uint32();
		const end = this.#end;
		this.#end = this.#reader.pos + length;
		if (this.#end > end) throw new Malformed('not protobuf: a message is longer than what holds it');
		if (++this.#level > mostLevels) throw new Malformed(`nested more than ${mostLevels} levels deep`);
		this.fields(take);
		this.#level -= 1;
		this.#end = end;
		return true;
	}

	text(): string {
		return this.#reader.string();
	}

	bytes(): Uint8Array {
		return this.#reader.bytes();
	}

	int(): number {
		return this.#reader.int32();
	}

	bool(): boolean {
		return this.#reader.bool();
	}

	double(): number {
		return this.#reader.double();
	}

	/** A signed number of 64 bits, as its digits if a double cannot hold it. */
	int64(): number | string {
		const value = this.#reader.int64();
		const number = Number(value);
		return Number.isSafeInteger(number) ? number : String(value);
	}

	/** Nanoseconds in 64 fixed bits as whole milliseconds. They are divided by halves: a double is too coarse for them. */
	fixedNanoseconds(): number {
		const low = this.#reader.fixed32();
		const high = this.#reader.fixed32();
		const rest = (high % 1e6) * 2 ** 32 + low;
		return Math.floor(high / 1e6) * 2 ** 32 + Math.floor(rest / 1e6);
	}
}

/** Bytes that are no UTF-8 become U+FFFD: a line is never lost over one. */
function utf8(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
