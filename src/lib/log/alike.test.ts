import { expect, test } from 'vitest';
import * as alike from './alike.ts';

test.each([
	['slow query 1.25 s', 'slow query # s'],
	['order 4711 of "Ada" declined', 'order # of # declined'],
	['at 2026-11-28T10:32:05.123Z from 10.0.0.1:5432', 'at # from #'],
	['user 018f0000-0000-7000-8000-00000000000d', 'user #'],
	['commit 3f2c1abd9e8f in utf8 of web2', 'commit # in utf8 of web2'],
	['connection refused', 'connection refused']
])('%s is like %s', (message, pattern) => {
	expect(alike.patternOf(message)).toBe(pattern);
});

test('those alike are counted together, the most frequent first', () => {
	const messages = [
		{ message: 'out of memory', count: 3 },
		{ message: 'slow query 1 s', count: 2 },
		{ message: 'slow query 2 s', count: 2 }
	];
	expect(alike.group(messages)).toEqual([
		{ pattern: 'slow query # s', count: 4 },
		{ pattern: 'out of memory', count: 3 }
	]);
});

test('what they have in common can be searched for', () => {
	expect(alike.fixedPart('# slow query # s')).toBe('slow query');
	expect(alike.fixedPart('#')).toBe('');
});
