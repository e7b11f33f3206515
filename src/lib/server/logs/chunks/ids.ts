import { CorruptChunk, type ByteReader, type ByteWriter } from './bytes.ts';

/** How an id is written: most are hexadecimal, and half as long as bytes. */
const none = 0;
const asText = 1;
/** Lower-case hexadecimal; the length in bytes follows. */
const asBytes = 2;

const hexadecimal = /^(?:[\da-f]{2}){1,64}$/;

/** Writes a column of trace or span ids, which most chunks do not have at all. */
export function write(writer: ByteWriter, ids: readonly (string | null)[]): void {
	const hasAny = ids.some((id) => id !== null);
	writer.byte(hasAny ? 1 : 0);
	if (!hasAny) return;
	for (const id of ids) writeOne(writer, id);
}

function writeOne(writer: ByteWriter, id: string | null): void {
	if (id === null) return writer.byte(none);
	if (!hexadecimal.test(id)) {
		writer.byte(asText);
		return writer.text(id);
	}
	writer.byte(asBytes);
	writer.byte(id.length / 2);
	writer.bytes(Buffer.from(id, 'hex'));
}

/** Reads such a column of `count` ids. */
export function read(reader: ByteReader, count: number): (string | null)[] {
	if (reader.byte() === 0) return new Array<null>(count).fill(null);
	return Array.from({ length: count }, () => readOne(reader));
}

function readOne(reader: ByteReader): string | null {
	const kind = reader.byte();
	if (kind === none) return null;
	if (kind === asText) return reader.text();
	if (kind === asBytes) return reader.bytes(reader.byte()).toString('hex');
	throw new CorruptChunk(`has an id of the unknown kind ${kind}`);
}
