import { expect, test } from 'vitest';
import * as suggestions from './suggestions.ts';

const names = ['host', 'http.route', 'http.status', 'level'];

test('the last word is completed to the names of fields', () => {
	expect(suggestions.of('payment -ht', names, [])).toEqual(['payment -http.route:', 'payment -http.status:']);
	expect(suggestions.of('(a OR ho', names, [])).toEqual(['(a OR host:']);
	expect(suggestions.of('payment ', names, [])).toEqual([]);
	expect(suggestions.of('level:ho', names, [])).toEqual([]);
	expect(suggestions.of('"ho', names, [])).toEqual([]);
});

test('earlier queries come first, but not the one that stands there', () => {
	expect(suggestions.of('h', names, ['healthz', 'boom', 'h'])).toEqual([
		...['healthz', 'host:', 'http.route:', 'http.status:']
	]);
	expect(suggestions.of('', names, ['boom'])).toEqual(['boom']);
});
