import { codingsOf } from '../body.ts';
import * as json from '../json.ts';
import * as text from '../text.ts';
import { fallbackOf, mediaType, type Decoded, type Refusal, type Sending } from './decoded.ts';
import { parse, tooMuch } from './lines.ts';
import * as lokiJson from './loki-json.ts';
import * as lokiProtobuf from './loki-protobuf.ts';
import { Malformed } from './malformed.ts';
import type { Asked, Protocol, Refused } from './protocol.ts';
import { unsnappy } from './snappy.ts';

/** Decodes a push: JSON if the content type says so, else a block of Snappy that holds protobuf, whether a header says so or not. */
export function decode(sending: Sending): Decoded | Refusal {
	const { bytes, contentType, headers, now } = sending;
	const fallback = fallbackOf(sending);
	if (bytes.length === 0) return { items: [] };
	const isJson = mediaType(contentType) === 'application/json';
	const isSnappy = !isJson || codingsOf(headers['content-encoding'] ?? null).includes('snappy');
	const plain = isSnappy ? snappyOf(bytes) : bytes;
	if (plain instanceof Malformed) return { status: 400, detail: `The body is ${plain.message}. ${howTo}` };
	if (!isJson) return { items: lokiProtobuf.read(plain, fallback, now) };
	const request = parse(text.read(Buffer.from(plain.buffer, plain.byteOffset, plain.length), contentType));
	if (request instanceof json.TooMuch) return tooMuch;
	if (request instanceof SyntaxError)
		return { status: 400, detail: `The body is not JSON: ${request.message}.` };
	if (typeof request !== 'object' || request === null || Array.isArray(request))
		return { status: 400, detail: 'The body is not a push request: it must be an object with "streams".' };
	return { items: lokiJson.read(request as Record<string, unknown>, fallback, now) };
}

const howTo = 'Send protobuf in Snappy, or JSON with Content-Type: application/json.';

function snappyOf(bytes: Uint8Array): Uint8Array | Malformed {
	try {
		return unsnappy(bytes);
	} catch (error) {
		if (error instanceof Malformed) return error;
		throw error;
	}
}

/** Loki's push API. Its answers say nothing of single lines, and clients look at the status alone. */
export const loki: Protocol = {
	format: 'loki',
	headers: ['content-encoding'],
	ownCodings: ['snappy'],
	answer: () => new Response(null, { status: 204 }),
	refuse
};

/** Vector asks for it before it sends. */
export function ready({ method }: Asked): Response {
	return new Response(method === 'HEAD' ? null : 'ready\n', { headers: plainText });
}

const plainText = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/** Loki's errors are text, which its clients write into their own logs. */
function refuse({ status, detail, retryAfterS = 1 }: Refused): Response {
	const headers = new Headers(plainText);
	if (status === 429 || status === 503) headers.set('retry-after', String(retryAfterS));
	if (status === 401) headers.set('www-authenticate', 'Basic realm="Tailrace"');
	return new Response(`${detail}\n`, { status, headers });
}
