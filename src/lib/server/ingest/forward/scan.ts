import { Malformed } from '../protocols/malformed.ts';

/** How far a value of MessagePack has been looked at; it may go on where more bytes have come. */
export interface Scan {
	/** Where the next byte to look at is. It may lie beyond the bytes there are. */
	at: number;
	/** Values still to pass over. */
	left: number;
}

export const scanFrom = (at: number): Scan => ({ at, left: 1 });

/**
 * Passes over one value, however deep, without taking memory for it. True once it ends within the bytes. What was passed over holds as
 * many values as it says, so that decoding it takes memory in proportion.
 */
export function pass(bytes: Buffer, scan: Scan): boolean {
	while (scan.left > 0) {
		if (scan.at >= bytes.length) return false;
		const first = bytes[scan.at] ?? 0;
		const sized = sizeOf(bytes, scan.at, first);
		if (sized === null) return false;
		scan.at += sized.bytes;
		scan.left += sized.values - 1;
	}
	return scan.at <= bytes.length;
}

interface Sized {
	/** Of the value without those that it contains. */
	bytes: number;
	/** That it contains. */
	values: number;
}

/** By the first byte, where it alone says it: formats 0xc0 to 0xdf, with the bytes that they take. */
const fixed = new Map([
	...[0xc0, 0xc2, 0xc3].map((first) => [first, 1] as const),
	...([
		[0xca, 5],
		[0xcb, 9],
		[0xcc, 2],
		[0xcd, 3],
		[0xce, 5],
		[0xcf, 9]
	] as const),
	...([
		[0xd0, 2],
		[0xd1, 3],
		[0xd2, 5],
		[0xd3, 9]
	] as const),
	...([
		[0xd4, 3],
		[0xd5, 4],
		[0xd6, 6],
		[0xd7, 10],
		[0xd8, 18]
	] as const)
]);

/** Formats with a length behind the first byte: how many bytes it takes, and what it counts. */
const lengths = new Map<number, { width: 1 | 2 | 4; of: 'bytes' | 'extension' | 'array' | 'map' }>([
	...(
		[
			[0xc4, 1],
			[0xc5, 2],
			[0xc6, 4],
			[0xd9, 1],
			[0xda, 2],
			[0xdb, 4]
		] as const
	).map(([first, width]) => [first, { width, of: 'bytes' }] as const),
	...(
		[
			[0xc7, 1],
			[0xc8, 2],
			[0xc9, 4]
		] as const
	).map(([first, width]) => [first, { width, of: 'extension' }] as const),
	[0xdc, { width: 2, of: 'array' }],
	[0xdd, { width: 4, of: 'array' }],
	[0xde, { width: 2, of: 'map' }],
	[0xdf, { width: 4, of: 'map' }]
]);

/** Null if its bytes are not all there. Source: the MessagePack specification, "Formats". */
function sizeOf(bytes: Buffer, at: number, first: number): Sized | null {
	if (first <= 0x7f || first >= 0xe0) return { bytes: 1, values: 0 };
	if (first <= 0x8f) return { bytes: 1, values: 2 * (first & 0x0f) };
	if (first <= 0x9f) return { bytes: 1, values: first & 0x0f };
	if (first <= 0xbf) return { bytes: 1 + (first & 0x1f), values: 0 };
	const size = fixed.get(first);
	if (size !== undefined) return { bytes: size, values: 0 };
	const length = lengths.get(first);
	if (!length) throw new Malformed(`byte 0x${first.toString(16)} begins no value of MessagePack`);
	const { width, of } = length;
	if (at + 1 + width > bytes.length) return null;
	const count = bytes.readUIntBE(at + 1, width);
	if (of === 'array') return { bytes: 1 + width, values: count };
	if (of === 'map') return { bytes: 1 + width, values: 2 * count };
	return { bytes: 1 + width + count + (of === 'extension' ? 1 : 0), values: 0 };
}
