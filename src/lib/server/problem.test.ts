import { expect, test } from 'vitest';
import { problem } from './problem.ts';

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
