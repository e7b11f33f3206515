import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import pLimit from 'p-limit';
import type { Place } from './admission.ts';

/** The largest body, in bytes after decompression: what OTLP recommends (OTLP 1.11, "OTLP/HTTP Request"). Source: API.md, Limits. */
export const limit = 64 * 1024 * 1024;

/** The bytes, and as they were sent: compressed, or the same. */
export type Body = { ok: true; bytes: Buffer; sent: Buffer } | Unfit;

/** Why a body is not taken. */
export interface Unfit {
	ok: false;
	status: 400 | 413 | 415 | 429;
	detail: string;
	/** With 429: the body, of which nothing is kept. */
	unread?: Unread;
}

/** A body that its answer may still look through, once. */
export interface Unread {
	stream: AsyncIterable<Uint8Array> | null;
	/** The `Content-Encoding` that it has. */
	encoding: string | null;
}

/** How a body is read. */
export interface Reading {
	/** Counted after decompression. */
	mostBytes?: number;
	/** Codings that whoever decodes the body undoes: they stay if they were applied before all others. */
	ownCodings?: readonly string[];
}

/** The body was incomplete: its sender went away, or took longer than the server waits. */
export class SenderGone extends Error {
	constructor(cause: unknown) {
		super('the sender of a body went away', { cause });
		this.name = 'SenderGone';
	}
}

type Decompress = (bytes: Buffer, limit: number) => Promise<Buffer>;

const decompressors = new Map<string, Decompress>([
	['gzip', (bytes, limit) => run(zlib.gunzip, bytes, limit)],
	['x-gzip', (bytes, limit) => run(zlib.gunzip, bytes, limit)],
	['deflate', inflate],
	['zlib', inflate],
	['br', (bytes, limit) => run(zlib.brotliDecompress, bytes, limit)],
	['zstd', unzstd]
]);

/**
 * Collects a request body and undoes its `Content-Encoding` (a list from its end: RFC 9110, 8.4). Bad input is answered, never
 * thrown; a failing source (the client went away) throws `SenderGone`. Over the limit the source is left unread, not cancelled:
 * SvelteKit's `cancel` would cut the connection before the 413 is out. What it
 * takes of the place is kept until the caller leaves it; a body that there is no room for gives all of it back at once, or all
 * bodies that grow in that moment would be refused together.
 */
export async function read(
	stream: AsyncIterable<Uint8Array> | null,
	encoding: string | null,
	place: Place,
	{ mostBytes = limit, ownCodings = [] }: Reading = {}
): Promise<Body> {
	const codings = codingsOf(encoding);
	const ownUntil = codings.findIndex((coding) => !ownCodings.includes(coding));
	const applied = ownUntil === -1 ? [] : codings.slice(ownUntil);
	const unknown = applied.find((coding) => !decompressors.has(coding));
	if (unknown !== undefined) return unsupported(unknown);
	const bytes = stream === null ? Buffer.alloc(0) : await collect(stream, place, mostBytes);
	if (!Buffer.isBuffer(bytes))
		return bytes.unread ? { ...bytes, unread: { ...bytes.unread, encoding } } : bytes;
	if (bytes.length === 0 || applied.length === 0) return { ok: true, bytes, sent: bytes };
	return decompressing(() => decompress(bytes, applied.reverse(), place, mostBytes));
}

/** The codings of a `Content-Encoding`, in the order in which they were applied. */
export function codingsOf(encoding: string | null): string[] {
	const codings = (encoding ?? '').toLowerCase().split(',');
	return codings.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
}

/** A few at a time: how much each will take is known only afterwards. */
const decompressing = pLimit(2);

async function decompress(
	compressed: Buffer,
	codings: string[],
	place: Place,
	mostBytes: number
): Promise<Body> {
	let bytes = compressed;
	for (const coding of codings) {
		try {
			bytes = await decompressors.get(coding)!(bytes, mostBytes);
		} catch (error) {
			if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return tooLarge(mostBytes);
			return broken(coding, error);
		}
	}
	if (place.grow(bytes.length)) return { ok: true, bytes, sent: compressed };
	return noRoom(place, Readable.from([bytes]));
}

function noRoom(place: Place, stream: Unread['stream']): Unfit {
	place.leave();
	return { ...overloaded, unread: { stream, encoding: null } };
}

/** The whole stream, or why it is refused. */
async function collect(
	stream: AsyncIterable<Uint8Array>,
	place: Place,
	mostBytes: number
): Promise<Buffer | Unfit> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	const source = stream[Symbol.asyncIterator]();
	try {
		for (let next = await source.next(); !next.done; next = await source.next()) {
			size += next.value.length;
			if (size > mostBytes) return tooLarge(mostBytes);
			chunks.push(next.value);
			if (place.grow(next.value.length)) continue;
			return noRoom(place, rejoin(chunks, source));
		}
	} catch (error) {
		if (statusOf(error) === 413) return tooLarge(mostBytes);
		throw new SenderGone(error);
	}
	return Buffer.concat(chunks, size);
}

/** What was read of a stream, and then the rest. */
async function* rejoin(
	chunks: readonly Uint8Array[],
	source: AsyncIterator<Uint8Array>
): AsyncGenerator<Uint8Array> {
	yield* chunks;
	for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
}

type Convenience = (
	bytes: Buffer,
	options: zlib.ZlibOptions,
	done: (error: Error | null, result: Buffer) => void
) => void;

/** zlib stops at `maxOutputLength`, so a bomb costs no more memory than an honest body. */
function run(method: Convenience, bytes: Buffer, limit: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		method(bytes, { maxOutputLength: limit }, (error, result) => (error ? reject(error) : resolve(result)));
	});
}

/**
 * Node silently stops after the first zstd frame, but `zstd --block`, `pzstd` and plain concatenation all produce several (RFC
 * 8878, 3: frames are decompressed one after another); so continue until the end.
 */
async function unzstd(bytes: Buffer, limit: number): Promise<Buffer> {
	const frames: Buffer[] = [];
	let size = 0;
	for (let at = 0; at < bytes.length;) {
		const frame = await unzstdFrame(bytes.subarray(at), limit - size);
		if (frame.read === 0) throw new Error('data after the last frame');
		frames.push(frame.data);
		size += frame.data.length;
		at += frame.read;
	}
	return Buffer.concat(frames, size);
}

function unzstdFrame(bytes: Buffer, room: number): Promise<{ data: Buffer; read: number }> {
	return new Promise((resolve, reject) => {
		const params = { [zlib.constants.ZSTD_d_windowLogMax]: zstdWindowLog };
		const options = { maxOutputLength: Math.max(1, room), info: true, params };
		zlib.zstdDecompress(bytes, options, (error, result) => {
			if (error) return reject(error);
			const { buffer, engine } = result as unknown as { buffer: Buffer; engine: zlib.ZstdDecompress };
			resolve({ data: buffer, read: engine.bytesWritten });
		});
	});
}

/** 8 MiB: the memory that RFC 9659 lets a sender of `Content-Encoding: zstd` demand of the receiver. */
const zstdWindowLog = 23;

/**
 * "deflate" is zlib's format (RFC 1950), but some clients send it bare (RFC 1951): the header tells them apart. OpenTelemetry's
 * collector calls zlib's format by its own name.
 */
function inflate(bytes: Buffer, limit: number): Promise<Buffer> {
	return run(hasZlibHeader(bytes) ? zlib.inflate : zlib.inflateRaw, bytes, limit);
}

function hasZlibHeader(bytes: Buffer): boolean {
	return bytes.length >= 2 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

/** There is no room for the body now. */
export const overloaded: Unfit = {
	ok: false,
	status: 429,
	detail: 'The server is overloaded. Nothing was accepted: send it again.'
};

/** The body is larger than this many bytes. */
export function tooLarge(mostBytes: number): Unfit {
	const detail = `The body is larger than ${mostBytes / 1024 / 1024} MiB, counted after decompression: send it in several requests.`;
	return { ok: false, status: 413, detail };
}

function unsupported(coding: string): Unfit {
	const detail = `Content-Encoding "${coding}" is not supported: use gzip, deflate, br, zstd or none.`;
	return { ok: false, status: 415, detail };
}

function broken(coding: string, error: unknown): Unfit {
	const reason = error instanceof Error ? error.message : String(error);
	const detail = `The body is not valid ${coding} data, as its Content-Encoding says (${reason}): nothing was read.`;
	return { ok: false, status: 400, detail };
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** SvelteKit's own body limit makes the stream fail with an error that has a status. */
function statusOf(error: unknown): unknown {
	return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
}
