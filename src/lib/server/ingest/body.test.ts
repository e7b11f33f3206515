import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';
import * as body from './body.ts';

const hello = Buffer.from('hello hello hello hello');

const admission = new Admission();

/** Reads a body where there is room. */
async function bodyOf(stream: AsyncIterable<Uint8Array> | null, encoding: string | null) {
	const place = admission.admit('acme', 0);
	if (!place) throw new Error('a place was not given back');
	try {
		const read = await body.read(stream, encoding, place);
		return read.ok ? { ok: true as const, bytes: read.bytes } : read;
	} finally {
		place.leave();
	}
}

function chunks(bytes: Buffer, size = 7): AsyncIterable<Uint8Array> {
	const parts: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
	return Readable.from(parts);
}

/** The default quality takes seconds for 10 MiB. */
function brotli(bytes: Buffer): Buffer {
	return zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } });
}

const codings: [string, (bytes: Buffer) => Buffer][] = [
	['gzip', zlib.gzipSync],
	['x-gzip', zlib.gzipSync],
	['deflate', zlib.deflateSync],
	['deflate', zlib.deflateRawSync],
	['br', brotli],
	['zstd', zlib.zstdCompressSync]
];

describe('an encoding', () => {
	it.each([null, '', 'identity', 'Identity, '])('%j is none', async (encoding) => {
		expect(await bodyOf(chunks(hello), encoding)).toEqual({ ok: true, bytes: hello });
	});

	it.each(codings)('%s is undone', async (encoding, compress) => {
		expect(await bodyOf(chunks(compress(hello)), encoding)).toEqual({ ok: true, bytes: hello });
		expect(await bodyOf(chunks(compress(hello)), ` ${encoding.toUpperCase()}`)).toMatchObject({
			ok: true
		});
	});

	it('that is a list is undone from its end', async () => {
		const bytes = zlib.brotliCompressSync(zlib.gzipSync(hello));
		expect(await bodyOf(chunks(bytes), 'gzip, identity, br')).toEqual({ ok: true, bytes: hello });
	});

	it.each([
		['zstd', zlib.zstdCompressSync],
		['gzip', zlib.gzipSync]
	])('%s may come in several frames', async (encoding, compress) => {
		const bytes = Buffer.concat([compress(Buffer.from('hello ')), compress(Buffer.from('world'))]);
		expect(await bodyOf(chunks(bytes), encoding)).toEqual({ ok: true, bytes: Buffer.from('hello world') });
	});

	it('nobody knows is 415 and names those that are', async () => {
		expect(await bodyOf(chunks(hello), 'gzip, compress')).toEqual({
			ok: false,
			status: 415,
			detail: 'Content-Encoding "compress" is not supported: use gzip, deflate, br, zstd or none.'
		});
	});

	it.each(codings)('%s that is broken or cut off is 400', async (encoding, compress) => {
		const whole = compress(Buffer.from('hello world, '.repeat(50)));
		for (const bytes of [Buffer.from('this is not compressed'), whole.subarray(0, -6)]) {
			const read = await bodyOf(chunks(bytes), encoding);
			expect(read).toMatchObject({ ok: false, status: 400 });
			expect(read).toHaveProperty('detail', expect.stringContaining(`not valid ${encoding} data`));
		}
	});

	it('of an empty body is nothing to undo', async () => {
		for (const encoding of [null, 'gzip', 'deflate', 'br', 'zstd']) {
			expect(await bodyOf(null, encoding)).toEqual({ ok: true, bytes: Buffer.alloc(0) });
			expect(await bodyOf(chunks(Buffer.alloc(0)), encoding)).toEqual({
				ok: true,
				bytes: Buffer.alloc(0)
			});
		}
	});

	it('with any bytes is answered, never thrown', async () => {
		const encoding = fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'br, gzip', 'zstd,deflate');
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), encoding, async (bytes, encoding) => {
				const read = await bodyOf(chunks(Buffer.from(bytes)), encoding);
				expect(read.ok || read.status === 400).toBe(true);
			})
		);
	});
});

describe('the limit', () => {
	it.each([['identity', (bytes: Buffer) => bytes] as const, ...codings])(
		'of 64 MiB holds to the byte with %s',
		async (encoding, compress) => {
			const most = Buffer.alloc(body.limit, 'a');
			const read = await bodyOf(chunks(compress(most), 65_536), encoding);
			expect(read.ok && read.bytes.equals(most)).toBe(true);
			const more = compress(Buffer.alloc(body.limit + 1, 'a'));
			expect(await bodyOf(chunks(more, 65_536), encoding)).toMatchObject({ ok: false, status: 413 });
		}
	);

	it('holds over all frames of zstd together', async () => {
		const half = zlib.zstdCompressSync(Buffer.alloc(body.limit / 2));
		const most = Buffer.concat([half, half]);
		expect(await bodyOf(chunks(most), 'zstd')).toMatchObject({ ok: true });
		const more = Buffer.concat([most, zlib.zstdCompressSync(Buffer.from('x'))]);
		expect(await bodyOf(chunks(more), 'zstd')).toMatchObject({ ok: false, status: 413 });
	});

	it('is found in a bomb of 400 MB without holding it', async () => {
		const bomb = zlib.gzipSync(Buffer.alloc(400_000_000));
		const before = process.memoryUsage.rss();
		let peak = before;
		const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 1);
		const read = await bodyOf(chunks(bomb, 65_536), 'gzip');
		clearInterval(timer);
		expect(read).toMatchObject({ ok: false, status: 413 });
		expect(peak - before).toBeLessThan(200_000_000);
	});

	it('stops reading an endless body', async () => {
		let read = 0;
		async function* endless() {
			for (;;) {
				read += 1_000_000;
				yield Buffer.alloc(1_000_000);
			}
		}
		expect(await bodyOf(endless(), null)).toMatchObject({ ok: false, status: 413 });
		expect(read).toBe(68_000_000);
	});
});

describe('a source that fails', () => {
	async function* failing(error: unknown) {
		yield hello;
		throw error;
	}

	it('with status 413 is the 413 of ours', async () => {
		const error = Object.assign(new Error('Payload Too Large'), { status: 413 });
		expect(await bodyOf(failing(error), 'gzip')).toMatchObject({ ok: false, status: 413 });
	});

	it('otherwise is thrown as it is', async () => {
		const error = new Error('aborted');
		await expect(bodyOf(failing(error), null)).rejects.toMatchObject({ name: 'SenderGone', cause: error });
		await expect(bodyOf(failing(error), 'gzip')).rejects.toMatchObject({
			name: 'SenderGone',
			cause: error
		});
	});
});
