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
