import { expect, test } from 'vitest';
import { asProblem, problem } from './problem.ts';

test('an error is a problem document: type, title, status, detail and the fields that belong to it', async () => {
	const response = problem(400, 'Send at least one line.', { accepted: 0 });
	expect(response.status).toBe(400);
	expect(response.headers.get('content-type')).toBe('application/problem+json');
	expect(response.headers.get('cache-control')).toBe('no-store');
	expect(await response.json()).toEqual({
		type: 'about:blank',
		title: 'Bad Request',
		status: 400,
		detail: 'Send at least one line.',
		accepted: 0
	});
});

test('what may pass by itself says when to try again', () => {
	expect(problem(429, 'Full.').headers.get('retry-after')).toBe('1');
	expect(problem(503, 'Away.', {}, 5).headers.get('retry-after')).toBe('5');
	expect(problem(400, 'Wrong.').headers.get('retry-after')).toBeNull();
});

test('401 says how to authenticate, as RFC 9110 demands', () => {
	expect(problem(401, 'Send a key.').headers.get('www-authenticate')).toContain('Bearer');
	expect(problem(403, 'Not yours.').headers.get('www-authenticate')).toBeNull();
});

test('what the framework answers by itself becomes a problem document, and keeps what the client needs of it', async () => {
	const refused = asProblem(
		new Response('PUT method not allowed', { status: 405, headers: { allow: 'GET, POST' } })
	);
	expect(refused.headers.get('allow')).toBe('GET, POST');
	expect(await refused.json()).toMatchObject({ status: 405, detail: 'This address takes GET, POST.' });
	const failed = asProblem(new Response('Error: secret at line 3', { status: 500 }));
	expect(await failed.text()).not.toContain('secret');
});

test('an answer that is no error, or a problem document already, stays as it is', () => {
	for (const response of [new Response('fine'), problem(400, 'Send at least one line.')]) {
		expect(asProblem(response)).toBe(response);
	}
});
