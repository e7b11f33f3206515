import { expect, test } from 'vitest';
import * as failure from './failure.ts';

const reply = (status: number, headers: Record<string, string> = {}, text = '') => ({
	status,
	headers: new Headers(headers),
	text
});
const failed = (code: string) =>
	new TypeError('fetch failed', { cause: Object.assign(new Error(`it is ${code}`), { code }) });

test.each([408, 429, 500, 502, 503, 504, 507])('%i can go better at another try', (status) => {
	expect(failure.ofReply(reply(status), false)).toMatchObject({ kind: 'later', doubtful: false });
});

test.each([301, 302, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 425, 451])('%i does not', (status) => {
	expect(failure.ofReply(reply(status), false).kind).toBe('refused');
});

test('a 404 of a proxy is waited for only where Tailrace has answered before, and one of Tailrace never', () => {
	expect(failure.ofReply(reply(404), true).kind).toBe('later');
	const own = reply(404, { 'content-type': 'application/problem+json' }, '{"detail":"Deploy not found."}');
	expect(failure.ofReply(own, true)).toEqual({
		kind: 'refused',
		reason: 'the server refused the request (404: Deploy not found.)'
	});
});

test('Retry-After is kept to, up to half a minute', () => {
	expect(failure.ofReply(reply(503, { 'retry-after': '7' }), true)).toMatchObject({ afterMs: 7_000 });
	expect(failure.ofReply(reply(429, { 'retry-after': '86400' }), true)).toMatchObject({ afterMs: 30_000 });
	expect(failure.ofReply(reply(429, { 'retry-after': 'soon' }), true)).toMatchObject({ afterMs: 0 });
});

test.each([
	'ECONNREFUSED',
	'ECONNRESET',
	'ETIMEDOUT',
	'EAI_AGAIN',
	'UND_ERR_SOCKET',
	'UND_ERR_CONNECT_TIMEOUT'
])('%s can go better at another try', (code) =>
	expect(failure.ofError(failed(code))).toMatchObject({ kind: 'later', doubtful: false })
);

test.each([
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'CERT_HAS_EXPIRED',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'HPE_INVALID_CONSTANT'
])('%s does not', (code) => {
	const reason = `the server cannot be used (it is ${code})`;
	expect(failure.ofError(failed(code))).toEqual({ kind: 'refused', reason });
});

test('a name that nobody knows is tried again while there is something else to do, and not waited for', () => {
	expect(failure.ofError(failed('ENOTFOUND'))).toMatchObject({ kind: 'later', doubtful: true });
});

test('a host with several addresses can go better if one of them can', () => {
	const errors = ['EPROTO', 'ECONNREFUSED'].map((code) => Object.assign(new Error(code), { code }));
	const error = new TypeError('fetch failed', { cause: new AggregateError(errors) });
	expect(failure.ofError(error)).toMatchObject({ kind: 'later', reason: 'ECONNREFUSED' });
});
