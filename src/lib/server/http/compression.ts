import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import pLimit from 'p-limit';

const { constants: z } = zlib;
const [gzip, brotli, zstd] = [
	promisify(zlib.gzip),
	promisify(zlib.brotliCompress),
	promisify(zlib.zstdCompress)
];

type Encode = (body: ArrayBuffer) => Promise<Buffer<ArrayBuffer>>;

/**
 * The best first. Levels suit bytes that are sent once: the Logs page with 500 lines takes a few ms of another thread, and
 * brotli's window (256 KiB) bounds the memory of each.
 */
const encodings: readonly [name: string, encode: Encode][] = [
	['br', (body) => brotli(body, { params: { [z.BROTLI_PARAM_QUALITY]: 4, [z.BROTLI_PARAM_LGWIN]: 18 } })],
	['zstd', (body) => zstd(body, { params: { [z.ZSTD_c_compressionLevel]: 3, [z.ZSTD_c_windowLog]: 18 } })],
	['gzip', (body) => gzip(body, { level: 5 })]
];

/** Anything smaller fits into a packet or two uncompressed, in bytes. */
const least = 1_400;

/** As many at a time as Node has threads for it: more would hold their memory while they wait. */
const turn = pLimit(4);

/**
 * The answer, compressed as the client accepts it, if it is HTML or JSON of a declared length. A stream declares none and
 * passes unchanged: nothing is held back or kept for its reader.
 *
 * Compressed together with text that an attacker chose, a page's length reveals its other content (BREACH, CVE-2013-3587). Our
 * pages hold no token against forgery (csrf.ts goes by Origin), but they hold log lines, and a link can choose `q`. Such an
 * attack must make the browser ask from another site, again and again; such requests are not compressed.
 */
export async function compress(request: Request, response: Response): Promise<Response> {
	if (!isWhole(response) || !isText(response)) return response;
	response.headers.append('vary', 'accept-encoding, sec-fetch-site');
	const encoding = isFromElsewhere(request) ? null : accepted(request.headers.get('accept-encoding'));
	if (!encoding) return response;

	const [name, encode] = encoding;
	const body = await response.arrayBuffer();
	const compressed = await turn(() => encode(body));
	const headers = new Headers(response.headers);
	headers.set('content-encoding', name);
	headers.set('content-length', String(compressed.byteLength));
	// The same page in other bytes (RFC 9110, 8.8.3.3); SvelteKit compares weakly.
	const etag = headers.get('etag');
	if (etag?.startsWith('"')) headers.set('etag', `W/${etag}`);
	return new Response(compressed, { status: response.status, statusText: response.statusText, headers });
}

/** The best encoding that an Accept-Encoding header allows (RFC 9110, 12.5.3); null for none. */
function accepted(header: string | null): (typeof encodings)[number] | null {
	const weights = new Map<string, number>();
	for (const item of (header ?? '').toLowerCase().split(',')) {
		const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
		const q = parameters.find((parameter) => parameter.startsWith('q='));
		weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0);
	}
	const weight = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
	const most = Math.max(...encodings.map(([name]) => weight(name)));
	return encodings.find(([name]) => most > 0 && weight(name) === most) ?? null;
}

function isWhole({ body, headers }: Response): boolean {
	return body !== null && Number(headers.get('content-length') ?? 0) >= least;
}

function isText({ headers }: Response): boolean {
	const isPlain = !headers.has('content-encoding') && !headers.has('content-range');
	return isPlain && /^(text\/html|application\/json)\b/.test(headers.get('content-type') ?? '');
}

function isFromElsewhere({ headers }: Request): boolean {
	return ['cross-site', 'same-site'].includes(headers.get('sec-fetch-site') ?? '');
}
