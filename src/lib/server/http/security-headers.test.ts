import { expect, test } from 'vitest';
import { secure } from './security-headers.ts';

test('an answer keeps what it is and cannot be framed, sniffed or embedded', async () => {
	const response = secure(new Response('hello', { status: 418, headers: { 'content-type': 'text/plain' } }));
	expect(response.status).toBe(418);
	expect(await response.text()).toBe('hello');
	expect(Object.fromEntries(response.headers)).toMatchObject({
		'content-type': 'text/plain',
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY',
		'referrer-policy': 'same-origin',
		'cross-origin-resource-policy': 'same-origin'
	});
});

test.each([
	[undefined, 'no-store'],
	['no-cache', 'no-store'],
	['private, max-age=60', 'no-store'],
	['private, no-store', 'private, no-store'],
	['no-store, no-transform', 'no-store, no-transform'],
	['public, no-cache', 'public, no-cache']
])('an answer that says %j about its storage goes out with %j', (given, sent) => {
	const response = new Response('hello', { headers: given ? { 'cache-control': given } : {} });
	expect(secure(response).headers.get('cache-control')).toBe(sent);
});
