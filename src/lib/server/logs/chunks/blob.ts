import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { CorruptChunk } from './bytes.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The first byte of every blob: how the rest is to be read. */
const version = 1;

/** zstd's levels: at commit, and when chunks are sealed (6 % smaller, a third slower; decision 0080). */
export type Level = 1 | 3;

/** More than any chunk holds, so that a damaged one cannot fill the memory: bytes after decompression. */
const mostBytes = 1024 * 1024 * 1024;

/** Bytes as they are stored: a version and a zstd frame with a checksum. Compressed in a thread of libuv's. */
export async function pack(bytes: Uint8Array, level: Level): Promise<Buffer> {
	const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
	const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 };
	return Buffer.concat([Buffer.of(version), await compress(bytes, { params })]);
}

/** The bytes of a stored blob. @throws CorruptChunk if it is damaged, or of a later version */
export async function unpack(blob: Buffer): Promise<Buffer> {
	try {
		return await decompress(frameOf(blob), { maxOutputLength: mostBytes });
	} catch (error) {
		throw undecipherable(error);
	}
}

/**
 * The same in the thread that calls it, which is quicker where nothing else waits for that. `size` is what is expected, in bytes: then
 * memory is taken once. @throws CorruptChunk
 */
export function unpackHere(blob: Buffer, size: number): Buffer {
	const chunkSize = Math.max(leastBytes, Math.min(size + 1, mostBytes));
	try {
		return zstdDecompressSync(frameOf(blob), { chunkSize, maxOutputLength: mostBytes });
	} catch (error) {
		throw undecipherable(error);
	}
}

/** The least memory that zlib takes at a time. */
const leastBytes = 1024;

function frameOf(blob: Buffer): Buffer {
	if (blob[0] !== version) throw new CorruptChunk(`has a blob of the unknown version ${blob[0]}`);
	return blob.subarray(1);
}

const undecipherable = (error: unknown) =>
	error instanceof CorruptChunk ? error : new CorruptChunk('cannot be decompressed', { cause: error });
