import { expect, test } from 'vitest';
import * as suggestions from './suggestions.ts';

const names = ['host', 'http.route', 'http.status', 'level'];
const texts = (...asked: Parameters<typeof suggestions.of>) =>
	suggestions.of(...asked).map(({ text }) => text);

test('the last word is completed to the names of fields', () => {
	expect(texts('payment -ht', names, [])).toEqual(['payment -http.route:', 'payment -http.status:']);
	expect(texts('(a OR ho', names, [])).toEqual(['(a OR host:']);
	expect(texts('payment ', names, [])).toEqual([]);
	expect(texts('level:ho', names, [])).toEqual([]);
	expect(texts('"ho', names, [])).toEqual([]);
});

test('earlier queries come first, but not the one that stands there', () => {
	expect(texts('h', names, ['healthz', 'boom', 'h'])).toEqual([
		...['healthz', 'host:', 'http.route:', 'http.status:']
	]);
	expect(texts('', names, ['boom'])).toEqual(['boom']);
});

test.each([
	['service:', { field: 'service', value: '', before: '' }],
	['a -(service:we', { field: 'service', value: 'we', before: 'a -(' }],
	['service:"check o', { field: 'service', value: 'check o', before: '' }],
	['"user name":x', { field: 'user name', value: 'x', before: '' }],
	['service:web ', null],
	['service:"web"', null],
	['duration:>2', null],
	['service', null],
	['', null]
])('in %s a value is typed: %o', (text, expected) => {
	expect(suggestions.valueAt(text)).toEqual(expected);
});

const value = (value: string, count: number) => ({ value, count });
const known = [
	{ name: 'service', exact: true, values: [value('web', 9), value('check out', 5), value('worker', 2)] },
	{ name: 'attributes.level', exact: true, values: [value('5', 1)] },
	{ name: 'http.status', exact: false, values: [value('500', 1)] }
];

test.each([
	['service:w', ['service:web', 'service:worker']],
	['a (service:O', ['a (service:"check out"', 'a (service:worker']],
	['service:web', []],
	['http.status:', ['http.status:500']],
	['attributes.http.status:', ['http.status:500']],
	['attributes.level:', ['attributes.level:5']],
	['level:', []]
])('%s is completed to %j', (text, expected) => {
	const begun = suggestions.valueAt(text);
	if (!begun) throw new Error('no value is typed');
	expect(suggestions.ofValues(begun, known).map(({ text }) => text)).toEqual(expected);
});
