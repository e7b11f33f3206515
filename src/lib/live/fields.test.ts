import { expect, test } from 'vitest';
import type { Entry } from '../log/entry.ts';
import * as fields from './fields.ts';

test('nested attributes are listed by dotted path, with the name a query needs', () => {
	expect(fields.flatten({ http: { status: 500, ok: false }, level: 'x' })).toEqual([
		{ path: 'http.status', value: '500', term: 'attributes.http.status' },
		{ path: 'http.ok', value: 'false', term: 'attributes.http.ok' },
		{ path: 'level', value: 'x', term: 'attributes.level' }
	]);
});

test('arrays and empty objects are shown as JSON, and are no filters', () => {
	expect(fields.flatten({ tags: ['a', 1], none: {} })).toEqual([
		{ path: 'tags', value: '["a",1]', term: null },
		{ path: 'none', value: '{}', term: null }
	]);
});

test('a value too long for a query is no filter', () => {
	expect(fields.flatten({ dump: 'x'.repeat(301) })[0]?.term).toBeNull();
});

test('every attribute is listed, however many there are', () => {
	const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at]));
	expect(fields.flatten(many)).toHaveLength(5000);
});

test('what an entry lacks is not listed', () => {
	const entry = {
		level: 'info',
		service: 'web',
		host: null,
		trace_id: 't',
		span_id: null,
		attributes: { a: null }
	};
	expect(fields.list(entry as unknown as Entry).map(({ path, value }) => `${path}=${value}`)).toEqual([
		'level=info',
		'service=web',
		'trace_id=t',
		'a=null'
	]);
});

test('the summary stays short, and shows where it was cut', () => {
	const attributes = { a: 'x'.repeat(100), b: 1, c: 2, d: 3, e: 4, f: 5, g: 6 };
	const summary = fields.summarize({ message: '', attributes });
	expect(summary).toEqual([`a=${'x'.repeat(39)}…`, 'b=1', 'c=2', 'd=3', 'e=4', 'f=5', '…']);
	expect(fields.summarize({ message: '', attributes: { a: 1 } })).toEqual(['a=1']);
});

test.each([
	['done took=5ms', { took: '5ms' }],
	['done user="Ann Lee"', { user: 'Ann Lee' }],
	["user='Ann Lee'", { user: 'Ann Lee' }],
	['got {"code":404,"path":"/x"}', { code: 404, path: '/x' }],
	['got {"code": 404}', { http: { code: 404 } }]
])('the summary does not repeat what the message says: %s', (message, attributes) => {
	expect(fields.summarize({ message, attributes })).toEqual([]);
});

test.each([
	['took 5 ms', { took: 5 }],
	['code 1', { attempts: 1 }],
	['a= a=2', { a: '1' }],
	['took=15', { took: 1 }],
	['meta=1', { a: 1 }],
	['version=1.5', { version: '1' }],
	['nothing', { '': 1 }],
	['nothing', { a: { '': '' } }]
])('the summary has what the message says otherwise or not at all: %s', (message, attributes) => {
	expect(fields.summarize({ message, attributes })).toHaveLength(1);
});
