import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NewEntry } from '../../../log/entry.ts';
import { digest } from '../../digest.ts';
import { refuse } from '../../http/problem.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as text from '../text.ts';
import * as time from '../time.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { isFields, nameOf, valuesOf, type Fields } from './json-values.ts';
import { detailOf } from './native.ts';
import type { Asked, Protocol } from './protocol.ts';

/** Decodes the entries of a Vercel drain: a list in JSON, or an object per line. */
export function decode(sending: Sending): Decoded {
	return { items: items(text.read(sending.bytes, sending.contentType), sending) };
}

function* items(body: string, sending: Sending): Generator<NewEntry | string> {
	const fallback = fallbackOf(sending);
	for (const value of valuesOf(body))
		yield isFields(value) ? entryOf(value, fallback, sending.now) : 'an entry of Vercel is an object';
}

/** Source of the fields: Vercel, "Log Drains Reference". */
function entryOf(value: Fields, fallback: repair.Fallback, now: number): NewEntry {
	const { message, timestamp, level, host, projectName, traceId, spanId, ...attributes } = value;
	const read = time.read(json.plain(timestamp), now);
	if (read === null && nameOf(timestamp) !== null) attributes.original_time = timestamp;
	const service = nameOf(projectName);
	const sent = {
		time: read,
		severity: severityOf(json.plain(level), value),
		service,
		host: nameOf(host),
		message: messageOf(message, value),
		attributes,
		trace_id: nameOf(traceId) ?? nameOf(value['trace.id']),
		span_id: nameOf(spanId) ?? nameOf(value['span.id'])
	};
	return repair.sent(sent, fallback, now);
}

function severityOf(level: unknown, value: Fields): number | null {
	const given = severity.read('level', level);
	const status = Number(value.statusCode ?? requestOf(value).statusCode);
	return given ?? (status >= 500 && status <= 599 ? 17 : null);
}

/** Requests for static files, and those that are redirected, have no message: what was asked says most. */
function messageOf(message: unknown, value: Fields): string {
	if (typeof message === 'string' && message !== '') return json.text(message);
	if (message !== undefined && message !== null && message !== '') return json.stringify(message);
	const request = requestOf(value);
	const parts = [request.method, request.path ?? value.path, value.statusCode ?? request.statusCode];
	const said = parts.flatMap((part) => nameOf(part) ?? []).join(' ');
	return said === '' ? json.stringify(value) : said;
}

const requestOf = ({ proxy }: Fields): Fields => (isFields(proxy) ? proxy : {});

/** Whether a body is signed with the secret: HMAC-SHA1 in hex, compared in constant time. Source: Vercel, "Drains Security". */
export function isSigned(signature: string | null, body: Uint8Array, secret: string): boolean {
	const expected = createHmac('sha1', secret).update(body).digest();
	const given = Buffer.from(signature ?? '', 'hex');
	return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A drain of Vercel's. Each entry has an id of its own, so that a body that comes again is a repeat. */
export const vercel: Protocol = {
	format: 'vercel',
	admits: ({ headers }, body, { vercelSecret }) =>
		vercelSecret === null || isSigned(headers.get('x-vercel-signature'), body, vercelSecret)
			? null
			: 'The header x-vercel-signature does not fit the body and VERCEL_SECRET. Nothing was accepted.',
	repeatKey: (_asked, body) => (body.includes('"id"') ? digest(`vercel ${digest(body)}`) : null),
	answer(result, asked) {
		// Its test of a new drain has no entries.
		if (result.accepted > 0 || result.rejected === 0)
			return verified(Response.json({ success: true }), asked);
		return refuse({ status: 400, detail: detailOf(result), fields: { ...result } });
	},
	refuse: (refused, asked) => verified(refuse(refused), asked)
};

/** Vercel sends a new drain a code in a header, and wants to see it in the answer. */
function verified(response: Response, { headers }: Asked): Response {
	const code = headers.get('x-vercel-verify');
	if (code !== null && /^[\w-]{1,128}$/.test(code)) response.headers.set('x-vercel-verify', code);
	return response;
}
