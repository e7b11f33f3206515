import { expect, test } from 'vitest';
import { refusalIn } from './refusal.ts';

test.each(['success', 'failure', 'redirect'])('an action’s own %s is left to the page', (type) => {
	expect(refusalIn({ type, status: 400, data: {} })).toBeNull();
});

test('a link that is gone is an error page', () => {
	expect(refusalIn({ type: 'error', status: 410, error: { message: 'gone' } })).toBeNull();
});

test.each([
	['an error of SvelteKit’s', { type: 'error', status: 413, error: { message: 'Too large.' } }, 'Too large.'],
	['one that has no page', { message: 'Not Found' }, 'Not Found'],
	['a problem document', { type: 'about:blank', status: 503, detail: 'It is away.' }, 'It is away.']
])('%s is said in its own words', (_, answer, said) => expect(refusalIn(answer)).toBe(said));

test.each([
	['a network that is gone', { type: 'error', error: new TypeError('Failed to fetch') }, /cannot be reached/],
	[
		'the page of a proxy',
		{ type: 'error', error: new SyntaxError('Unexpected token <') },
		/between you and Tailrace/
	],
	['what nobody can read', 42, /between you and Tailrace/],
	['null', null, /between you and Tailrace/]
])('%s is said in ours', (_, answer, said) => expect(refusalIn(answer)).toMatch(said));
