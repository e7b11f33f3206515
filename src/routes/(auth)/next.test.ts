import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathOf } from './next.ts';

test.each(['/', '/acme/logs', '/acme/logs?q=level%3Aerror#L5', '/a//b', '/a?x=http://b.c/'])(
	'%s leads on',
	(next) => expect(pathOf(next)).toBe(next)
);

test.each([
	null,
	'',
	'acme',
	'//evil.example',
	'/\\evil.example',
	'\\\\evil.example',
	'https://evil.example/',
	'javascript:alert(1)',
	'/\t/evil.example',
	'/\n/evil.example',
	'/a\r\nSet-Cookie: x=y',
	' //evil.example',
	'/ü'
])('%j leads nowhere', (next) => expect(pathOf(next)).toBeNull());

test('whatever is asked for, the browser stays on this site', () => {
	const part = fc.constantFrom(
		'/',
		'\\',
		'.',
		'..',
		':',
		'@',
		'?',
		'#',
		'\t',
		'\n',
		'evil.example',
		'http:',
		'%2f'
	);
	const next = fc.oneof(
		fc.string(),
		fc.array(part).map((parts) => `/${parts.join('')}`)
	);
	fc.assert(
		fc.property(next, (text) => {
			const path = pathOf(text);
			if (path === null) return;
			expect(new URL(path, 'https://logs.example/sign-in').origin).toBe('https://logs.example');
		}),
		{ numRuns: 2000 }
	);
});
