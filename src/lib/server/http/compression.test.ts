import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compress } from './compression.ts';

const html = '<p>a line of the log</p>'.repeat(1_000);
const decoders = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };

function page(headers: Record<string, string> = {}, body = html): Response {
	const length = String(Buffer.byteLength(body));
	return new Response(body, {
		headers: { 'content-type': 'text/html', 'content-length': length, ...headers }
	});
}

function asked(headers: Record<string, string>): Request {
	return new Request('http://localhost/acme/logs', { headers });
}

describe('a page', () => {
	test.each(['br', 'gzip', 'zstd'] as const)('is the same after %s, and far smaller', async (name) => {
		const answer = await compress(asked({ 'accept-encoding': name }), page({ etag: '"abc"' }));
		const body = await answer.arrayBuffer();
		expect(String(decoders[name](body))).toBe(html);
		expect(body.byteLength).toBeLessThan(html.length / 10);
		expect(Object.fromEntries(answer.headers)).toMatchObject({
			'content-encoding': name,
			'content-length': String(body.byteLength),
			etag: 'W/"abc"',
			vary: 'accept-encoding, sec-fetch-site'
		});
	});

	test.each([
		['gzip, deflate, br, zstd', 'br'],
		['gzip, deflate', 'gzip'],
		['br;q=0, zstd;q=0.5, gzip;q=0.8', 'gzip'],
		['GZIP', 'gzip'],
		['*', 'br'],
		['*;q=0', null],
		['gzip;q=0', null],
		['identity', null],
		['deflate', null],
		['', null]
	])('for who accepts "%s" is in %s', async (accept, expected) => {
		const answer = await compress(asked({ 'accept-encoding': accept }), page());
		expect(answer.headers.get('content-encoding')).toBe(expected);
		if (expected === null) expect(await answer.text()).toBe(html);
	});

	test.each([
		['cross-site', null],
		['same-site', null],
		['same-origin', 'gzip'],
		['none', 'gzip']
	])('asked for from %s is in %s, so that no other site learns from its length', async (site, expected) => {
		const answer = await compress(asked({ 'accept-encoding': 'gzip', 'sec-fetch-site': site }), page());
		expect(answer.headers.get('content-encoding')).toBe(expected);
	});
});

test.each([
	['a stream', new Response(html, { headers: { 'content-type': 'text/event-stream' } })],
	['a page that comes in pieces', new Response(html, { headers: { 'content-type': 'text/html' } })],
	['a small page', page({}, '<p>')],
	['a picture', page({ 'content-type': 'image/png' })],
	['what is compressed already', page({ 'content-encoding': 'br' })],
	['a part', page({ 'content-range': 'bytes 0-99999/200000' })],
	['an answer without a body', new Response(null, { status: 204 })]
])('%s passes as it is', async (_what, response) => {
	expect(await compress(asked({ 'accept-encoding': 'br, gzip' }), response)).toBe(response);
	expect(response.bodyUsed).toBe(false);
});
