import { expect, test } from 'vitest';
import { array, numbers } from './array.ts';

// tests/postgres/store.test.ts shows on a real PostgreSQL that it reads back exactly what went in.

const texts = (values: (string | null)[]) => array(values, (value) => value);

test('every text is quoted, and a quote or backslash in it escaped', () => {
	expect(texts(['plain', 'a "quoted" word', 'C:\\temp'])).toBe(
		'{"plain","a \\"quoted\\" word","C:\\\\temp"}'
	);
});

test('null is NULL, and the word NULL stays a word', () => {
	expect(texts([null, 'NULL', ''])).toBe('{NULL,"NULL",""}');
});

test('what means something to an array is only text within quotes', () => {
	expect(texts(['{a,b}', 'two\nlines'])).toBe('{"{a,b}","two\nlines"}');
});

test('a backslash in one text leaves the next as it is', () => {
	expect(texts(['a\\', 'b', 'c\\'])).toBe('{"a\\\\","b","c\\\\"}');
});

test('numbers stand as they are', () => {
	expect(numbers([1, -2.5, null, 1_732_111_111_111], (value) => value)).toBe('{1,-2.5,NULL,1732111111111}');
});

test('a batch of nothing is an empty array', () => {
	expect(texts([])).toBe('{}');
	expect(numbers([], () => null)).toBe('{}');
});
