import { constants, gunzipSync, inflateSync } from 'node:zlib';

/** A message may be this long once it is decompressed: more than that the store cuts off. */
const mostBytes = 1024 * 1024;

/** The JSON of a message, by its first bytes gzip, zlib or plain. Why not, as text, if it cannot be had. */
export function unpackPayload(bytes: Buffer): Buffer | string {
	const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
	if (!isGzip && !isZlib(bytes)) return bytes;
	try {
		const options = { maxOutputLength: mostBytes, finishFlush: constants.Z_SYNC_FLUSH };
		return isGzip ? gunzipSync(bytes, options) : inflateSync(bytes, options);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ERR_BUFFER_TOO_LARGE') return 'longer than 1 MiB once decompressed';
		if (code?.startsWith('Z_')) return 'compressed data that is damaged';
		throw error;
	}
}

/** RFC 1950: method 8, and a header that is a multiple of 31. */
function isZlib(bytes: Buffer): boolean {
	return bytes.length > 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
