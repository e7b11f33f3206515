import type { Refused } from '../../http/problem.ts';
import type { Format } from './format.ts';
import type { Asked, Protocol, Result } from './protocol.ts';

/**
 * Splunk's HTTP Event Collector: every answer has a text and a code, and clients go by the code. Source of the codes: Splunk,
 * "Troubleshoot HTTP Event Collector". What is too much now is 503, which all of them send again.
 */
const collector = (format: Format): Protocol => ({ format, answer, refuse });

export const hec = collector('hec');
export const hecRaw = collector('hec-raw');

function answer({ accepted, rejected, errors }: Result): Response {
	if (accepted > 0) return respond(200, 'Success', 0);
	if (rejected === 0) return respond(400, 'No data', 5);
	return respond(400, `Every event was rejected: ${errors?.[0]?.reason ?? ''}`, 12);
}

function refuse({ status, detail, retryAfterS = 1 }: Refused, { headers, parameters }: Asked): Response {
	if (status === 401) {
		const isNamed = headers.has('authorization') || 'token' in parameters || 'key' in parameters;
		return respond(401, detail, isNamed ? 3 : 2);
	}
	if (status !== 429 && status !== 503) return respond(status, detail, codes[status] ?? 6);
	const busy = respond(503, detail, 9);
	busy.headers.set('retry-after', String(retryAfterS));
	return busy;
}

/** Invalid token; internal server error. All others are invalid data. */
const codes: Record<number, number> = { 403: 4, 404: 4, 500: 8 };

/** A client asks before it sends; Docker's driver with OPTIONS, which needs a 200. */
export const isThere = (): Response => new Response(null, { status: 200 });
export const isHealthy = (): Response => respond(200, 'HEC is healthy', 17);
export const hasNoAcknowledgements = (): Response => respond(400, 'ACK is disabled', 14);

function respond(status: number, text: string, code: number): Response {
	return Response.json({ text, code }, { status, headers: { 'cache-control': 'no-store' } });
}
