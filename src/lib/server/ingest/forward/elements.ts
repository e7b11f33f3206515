import { Malformed } from '../protocols/malformed.ts';
import { pass, scanFrom } from './scan.ts';

/** What a value of MessagePack is, by its first byte, as far as messages need to know. */
export function kindOf(bytes: Buffer): 'array' | 'raw' | 'nil' | 'other' {
	const first = bytes[0] ?? 0xc1;
	if (first === 0xc0) return 'nil';
	if ((first & 0xf0) === 0x90 || first === 0xdc || first === 0xdd) return 'array';
	if ((first & 0xe0) === 0xa0 || (first >= 0xd9 && first <= 0xdb) || (first >= 0xc4 && first <= 0xc6))
		return 'raw';
	return 'other';
}

/** The members of an array, each in its bytes. Throws Malformed if they are not all there. */
export function elementsOf(bytes: Buffer): Buffer[] {
	const first = bytes[0] ?? 0;
	const header = first === 0xdc ? 3 : first === 0xdd ? 5 : 1;
	return [...valuesOf(bytes.subarray(Math.min(header, bytes.length)))];
}

/** Values that follow each other, each in its bytes. Throws Malformed if the last one is cut off. */
export function* valuesOf(bytes: Buffer): Generator<Buffer> {
	for (let at = 0; at < bytes.length;) {
		const scan = scanFrom(at);
		if (!pass(bytes, scan)) throw new Malformed('the last value is cut off');
		yield bytes.subarray(at, scan.at);
		at = scan.at;
	}
}

/** The content of a text or of binary data. */
export function contentOf(bytes: Buffer): Buffer {
	const first = bytes[0] ?? 0;
	const widths: Record<number, number> = { 0xc4: 1, 0xc5: 2, 0xc6: 4, 0xd9: 1, 0xda: 2, 0xdb: 4 };
	return bytes.subarray(1 + (widths[first] ?? 0));
}
