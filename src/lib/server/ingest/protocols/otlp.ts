import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import * as json from '../json.ts';
import * as text from '../text.ts';
import { fallbackOf, mediaType, type Decoded, type Refusal, type Sending } from './decoded.ts';
import { parse, tooMuch } from './lines.ts';
import * as otlpJson from './otlp-json.ts';
import * as otlpProtobuf from './otlp-protobuf.ts';
import type { Asked, Protocol, Refused } from './protocol.ts';

/** Decodes an ExportLogsServiceRequest, in protobuf unless the content type says JSON. */
export function decode(sending: Sending): Decoded | Refusal {
	const { bytes, contentType, now } = sending;
	const type = mediaType(contentType);
	const fallback = fallbackOf(sending);
	if (bytes.length === 0) return { items: [] };
	if (type !== 'application/json') {
		if (!protobufTypes.has(type)) return { status: 415, detail: wrongType };
		return { items: otlpProtobuf.read(bytes, fallback, now) };
	}
	const request = parse(text.read(bytes, contentType));
	if (request instanceof json.TooMuch) return tooMuch;
	if (request instanceof SyntaxError)
		return { status: 400, detail: `The body is not JSON: ${request.message}.` };
	if (typeof request !== 'object' || request === null || Array.isArray(request))
		return { status: 400, detail: 'The body is not an ExportLogsServiceRequest: it must be an object.' };
	return { items: otlpJson.read(request as Record<string, unknown>, fallback, now) };
}

/** A client that names no type sends protobuf; the handler calls that octet-stream. */
const protobufTypes = new Set([
	'application/x-protobuf',
	'application/protobuf',
	'application/octet-stream',
	''
]);

const wrongType = 'Send OTLP as application/x-protobuf or application/json.';

/** OTLP over HTTP. Clients send again after 429, 502, 503 and 504 only (OTLP 1, "Failures"). */
export const otlp: Protocol = {
	format: 'otlp',
	answer: ({ rejected, errors }, asked) => {
		if (rejected === 0) return respond(asked, 200, {}, nothing);
		const errorMessage = errors?.[0]?.reason ?? '';
		const partialSuccess = { rejectedLogRecords: String(rejected), errorMessage };
		return respond(asked, 200, { partialSuccess }, partialMessage(rejected, errorMessage));
	},
	refuse
};

/** The paths of other signals: so that a collector says why, instead of trying for ever. */
export function logsOnly(asked: Asked): Response {
	return refuse({ status: 404, detail: 'Tailrace takes logs only: send no traces or metrics here.' }, asked);
}

/** `google.rpc.Status` in the encoding of the request, as OTLP asks for. Source of the codes: google/rpc/code.proto. */
function refuse({ status, detail, retryAfterS = 1 }: Refused, asked: Asked): Response {
	const code = codes[status] ?? 2;
	const response = respond(asked, status, { code, message: detail }, statusMessage(code, detail));
	if (status === 429 || status === 503) response.headers.set('retry-after', String(retryAfterS));
	return response;
}

const codes: Record<number, number> = {
	400: 3,
	401: 16,
	403: 7,
	404: 5,
	413: 8,
	415: 3,
	429: 8,
	500: 13,
	503: 14
};

function respond({ headers }: Asked, status: number, value: object, message: Uint8Array): Response {
	const isJson = mediaType(headers.get('content-type')) === 'application/json';
	const type = isJson ? 'application/json' : 'application/x-protobuf';
	const body = isJson ? JSON.stringify(value) : Buffer.from(message);
	return new Response(body, { status, headers: { 'content-type': type, 'cache-control': 'no-store' } });
}

const nothing = new Uint8Array();

/** ExportLogsServiceResponse { partial_success = 1 { rejected_log_records = 1, error_message = 2 } }. */
function partialMessage(rejected: number, message: string): Uint8Array {
	const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.Varint).int64(rejected);
	return writer.tag(2, WireType.LengthDelimited).string(message).join().finish();
}

/** google.rpc.Status { code = 1, message = 2 }. */
function statusMessage(code: number, message: string): Uint8Array {
	const writer = new BinaryWriter().tag(1, WireType.Varint).int32(code);
	return writer.tag(2, WireType.LengthDelimited).string(message).finish();
}
