import { uncompress } from 'snappyjs';
import { limit } from '../body.ts';
import { Malformed } from './malformed.ts';

/**
 * Undoes Snappy's block format (google/snappy, format_description.txt). It is checked first: what snappyjs writes past the end of what
 * is announced is lost, and takes a hundred times as long.
 * @throws Malformed
 */
export function unsnappy(bytes: Uint8Array): Uint8Array {
	const produced = producedBy(bytes);
	if (produced === null) throw new Malformed('not a block of Snappy');
	if (produced > limit)
		throw new Malformed(`larger than ${limit / 1024 / 1024} MiB, counted after decompression`);
	try {
		// Of a Buffer it makes a Buffer, at half the speed.
		return uncompress(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), limit);
	} catch (error) {
		throw new Malformed('not a block of Snappy', { cause: error });
	}
}

/** How many bytes a block makes; null if they are not as many as it announces. */
function producedBy(bytes: Uint8Array): number | null {
	const head = announced(bytes);
	if (head === null) return null;
	let { at } = head;
	let produced = 0;
	while (at < bytes.length && produced <= head.length) {
		const tag = bytes[at]!;
		const kind = tag & 3;
		const short = tag >>> 2;
		if (kind === 0) {
			const size = Math.max(0, short - 59);
			const length = 1 + (size === 0 ? short : littleEndian(bytes, at + 1, size));
			at += 1 + size + length;
			produced += length;
		} else {
			at += copySizes[kind]!;
			produced += kind === 1 ? (short & 7) + 4 : short + 1;
		}
	}
	return at === bytes.length && produced === head.length ? produced : null;
}

/** Bytes of a copy, by its kind. */
const copySizes = [0, 2, 3, 5];

/** The length at the beginning, a varint of 32 bits, and where the elements begin. */
function announced(bytes: Uint8Array): { length: number; at: number } | null {
	let length = 0;
	for (let at = 0; at < 5 && at < bytes.length; at += 1) {
		const byte = bytes[at]!;
		length += (byte & 0x7f) * 2 ** (7 * at);
		if (byte < 0x80) return length < 2 ** 32 ? { length, at: at + 1 } : null;
	}
	return null;
}

function littleEndian(bytes: Uint8Array, from: number, size: number): number {
	let value = 0;
	for (let at = 0; at < size; at += 1) value += (bytes[from + at] ?? 0) * 2 ** (8 * at);
	return value;
}
