import * as items from './bulk-items.ts';
import type { Asked, Refused } from './protocol.ts';

/** Elastic's own clients refuse to talk to a server that does not say this. */
const product = { 'x-elastic-product': 'Elasticsearch' };
const headers = { ...product, 'content-type': 'application/json', 'cache-control': 'no-store' };

/** An answer in JSON, to a HEAD without it. */
export function jsonResponse(
	{ method }: Pick<Asked, 'method'>,
	value: unknown,
	init: { status?: number; headers?: Record<string, string> } = {}
): Response {
	const body = method === 'HEAD' ? null : JSON.stringify(value);
	return new Response(body, { status: init.status ?? 200, headers: { ...headers, ...init.headers } });
}

/** More items than these, and the answer is sent while it is written. */
const mostAtOnce = 10_000;

/**
 * The answer to a bulk request: exactly one item an action. Fluent Bit and Vector look for its keys as text, in this order and
 * without spaces between.
 */
export function respond(
	asked: Asked,
	told: items.Items,
	answer: typeof items.answered = items.answered,
	hasErrors = items.hasErrors(told)
): Response {
	const isWanted = filterOf(asked.parameters.filter_path);
	const parts = [isWanted('took') && '"took":1', isWanted('errors') && `"errors":${hasErrors}`].filter(
		Boolean
	);
	if (!isWanted('items')) return whole(`{${parts.join(',')}}`);
	const pieces = around(`{${[...parts, '"items":['].join(',')}`, items.write(told, answer), ']}');
	if (told.count <= mostAtOnce) return whole([...pieces].join(''));
	return new Response(streamed(pieces), { headers });
}

function whole(body: string): Response {
	return new Response(body, { headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } });
}

function* around(head: string, pieces: Iterable<string>, end: string): Generator<string> {
	yield head;
	yield* pieces;
	yield end;
}

/** The next piece is written when the client takes it. */
function streamed(pieces: Iterator<string>): ReadableStream<Uint8Array> {
	return new ReadableStream({
		pull(controller) {
			const next = pieces.next();
			if (next.done) controller.close();
			else controller.enqueue(Buffer.from(next.value));
		}
	});
}

/** What of the answer is wanted: Beats asks for `errors,items.*.error,items.*.status`. Items are given whole. */
function filterOf(path: string | undefined): (name: string) => boolean {
	if (path === undefined || path === '') return () => true;
	const names = new Set(path.split(',').map((pattern) => pattern.trim().split('.', 1)[0]));
	return (name) => names.has(name) || names.has('*') || names.has('**');
}

/**
 * An error as Elasticsearch words it: clients look at its type. To a client without a name, for now, the answer breaks off: rsyslog
 * before 8.2604 says none, takes any whole answer for the last word on its lines and drops them, but sends them again when the
 * connection broke (omelasticsearch.c, curlPost; tried with 8.2302).
 */
export function refuse({ status, detail, retryAfterS = 1 }: Refused, asked: Asked): Response {
	const error = { type: types[status] ?? 'exception', reason: detail };
	const extra: Record<string, string> = {};
	const isForNow = status === 429 || status === 503;
	if (isForNow) extra['retry-after'] = String(retryAfterS);
	if (status === 401) extra['www-authenticate'] = 'Basic realm="Tailrace", ApiKey';
	const value = { error: { root_cause: [error], ...error }, status };
	if (isForNow && !asked.headers.has('user-agent'))
		return new Response(brokenOff(JSON.stringify(value)), { status, headers: { ...headers, ...extra } });
	return jsonResponse(asked, value, { status, headers: extra });
}

/** A body that fails midway, upon which the server closes the connection. */
function brokenOff(text: string): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start(controller) {
			controller.enqueue(Buffer.from(text));
		},
		pull(controller) {
			controller.error(new Error('broken off, so that the lines are sent again'));
		}
	});
}

const types: Record<number, string> = {
	400: 'illegal_argument_exception',
	401: 'security_exception',
	403: 'security_exception',
	404: 'resource_not_found_exception',
	413: 'content_too_long_exception',
	415: 'media_type_header_exception',
	429: 'es_rejected_execution_exception',
	503: 'unavailable_shards_exception'
};
