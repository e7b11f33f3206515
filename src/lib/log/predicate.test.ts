import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entries, wishes } from '../../../tests/support/logs/queries.ts';
import { matches } from '../../../tests/support/logs/wish-meaning.ts';
import { write } from '../../../tests/support/logs/wish.ts';
import type { Entry } from './entry.ts';
import * as predicate from './predicate.ts';
import * as query from './query.ts';

const line: Entry = {
	seq: 41,
	time: '2026-01-01T00:00:00.000Z',
	received_at: '2026-01-01T00:00:00.000Z',
	level: 'info',
	severity: 9,
	service: 'api',
	host: 'web-1',
	message: '',
	attributes: {},
	trace_id: null,
	span_id: null
};

function compile(text: string): predicate.Compiled {
	const parsed = query.parse(text);
	if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
	return predicate.compile(parsed.query);
}

function passes(text: string, entry: Partial<Entry>): boolean {
	const compiled = compile(text);
	if (!compiled.ok) throw new Error(`${text}: ${compiled.error.message}`);
	return compiled.matches({ ...line, ...entry });
}

function errorOf(text: string): query.QueryError | null {
	const compiled = compile(text);
	return compiled.ok ? null : compiled.error;
}

const says = (message: string) => ({ message });
const has = (attributes: Record<string, unknown>) => ({ attributes });

describe('a predicate', () => {
	it.each<[text: string, entry: Partial<Entry>, expected: boolean]>([
		['', says('anything'), true],
		['timeout', says('Read TIMEOUT after 3 s'), true],
		['TIMEOUT', says('read timeout'), true],
		['timeout', says('time out'), false],
		['É', says('né'), true],
		['"connection reset"', says('Connection reset by peer'), true],
		['"connection reset"', says('reset the connection'), false],
		['connection reset', says('reset the connection'), true],
		['"a\\"b\\\\c\\n"', says('a"b\\c\n'), true],
		['""', says(''), true],
		['-healthz', says('GET /healthz'), false],
		['-healthz', says('GET /users'), true],
		['/user-\\d+ failed/', says('user-42 failed'), true],
		['/user-\\d+ failed/', says('User-42 failed'), false],
		['/user-\\d+ failed/i', says('User-42 failed'), true],
		['/^a\\/b$/', says('a/b'), true],
		['message:reset', says('Reset'), true],
		['message:"by peer"', says('reset By Peer'), true],
		['message:/^reset/', says('a reset'), false],
		['"connection refused"', says('con\x1b[31mnect\x1b[0mion refused'), true],
		['/^connection/', says('\x1b[1mconnection refused'), true],
		['31m', says('\x1b[31mred'), false],
		['localhost:5432', says('dial tcp LocalHost:5432: refused'), true],
		['user:42', says('no user:42 here'), true],
		['user:"ann lee"', says('user:Ann Lee left'), true],
		['C:\\Users', says('cannot open C:\\Users\\ann'), true],
		['-user:42', says('no user:42 here'), false],
		['attributes.user:42', says('no user:42 here'), false],
		['user:/42/', says('no user:42 here'), false],
		['https://example.com/a', says('GET https://example.com/a 200'), true],
		['Error: refused', says('Error: connection refused'), true],
		['service:web', says('service:web'), false]
	])('of %s on the message of %o is %s', (text, entry, expected) => {
		expect(passes(text, entry)).toBe(expected);
	});

	it.each([
		['level:error', [17, 18, 19, 20]],
		['level:ERROR', [17, 18, 19, 20]],
		['level:>=error', [17, 18, 19, 20, 21, 22, 23, 24]],
		['level:>error', [21, 22, 23, 24]],
		['level:<=debug', [1, 2, 3, 4, 5, 6, 7, 8]],
		['level:<debug', [1, 2, 3, 4]],
		['level:<trace', []],
		['level:>fatal', []]
	])('of %s takes the severities %s', (text, expected) => {
		const severities = Array.from({ length: 24 }, (_, index) => index + 1);
		expect(severities.filter((severity) => passes(text, { severity }))).toEqual(expected);
	});

	it.each<[text: string, entry: Partial<Entry>, expected: boolean]>([
		['service:api', { service: 'api' }, true],
		['service:api', { service: 'API' }, false],
		['service:api', { service: 'api-2' }, false],
		['service:"check out"', { service: 'check out' }, true],
		['service:/^api/', { service: 'api-2' }, true],
		['host:web-1', { host: 'web-1' }, true],
		['host:web-1', { host: null }, false],
		['host:null', { host: null }, false],
		['-host:web-1', { host: null }, true],
		['trace_id:4bf9', { trace_id: '4bf9' }, true],
		['span_id:00f0', { span_id: '00f1' }, false],
		['trace_id:abc', has({ trace_id: 'abc' }), true],
		['host:/^a/', has({ host: 'ab' }), true],
		['service:abc', has({ service: 'abc' }), false]
	])('of %s on %o is %s', (text, entry, expected) => {
		expect(passes(text, entry)).toBe(expected);
	});

	it.each<[text: string, attributes: Record<string, unknown>, expected: boolean]>([
		['http.status:500', { 'http.status': 500 }, true],
		['http.status:500', { http: { status: 500 } }, true],
		['http.status:500', { http: { status: '500' } }, true],
		['http.status:"500"', { http: { status: 500 } }, true],
		['http.status:500', { 'http.status': 404, http: { status: 500 } }, true],
		['-http.status:500', { 'http.status': 404, http: { status: 500 } }, false],
		['http.status:500', { http: 500 }, false],
		['a.b.c:1', { 'a.b': { c: 1 } }, true],
		['a.b.c:1', { a: { 'b.c': 1 } }, true],
		['a.b.c:1', { a: { b: { d: 1 } } }, false],
		['cached:true', { cached: true }, true],
		['user:null', { user: null }, true],
		['user:null', {}, false],
		['-user:null', {}, true],
		['user:""', { user: '' }, true],
		['method:get', { method: 'GET' }, false],
		['method:/get/i', { method: 'GET' }, true],
		['status:/^5/', { status: 503 }, true],
		['tags.1:b', { tags: ['a', 'b'] }, true],
		['tags.length:2', { tags: ['a', 'b'] }, false],
		['constructor:x', {}, false],
		['__proto__.a:1', JSON.parse('{"__proto__": {"a": 1}}'), true],
		['"user name":ann', { 'user name': 'ann' }, true],
		['attributes.level:9', { level: 9 }, true],
		['attributes.status:9', { status: 9 }, true],
		['status:9', { attributes: { status: 9 } }, false],
		['attributes.attributes.status:9', { attributes: { status: 9 } }, true],
		['duration:>250', { duration: 250.5 }, true],
		['duration:>250', { duration: 250 }, false],
		['duration:>=250', { duration: '250' }, true],
		['duration:<250', { duration: -1 }, true],
		['duration:<=2.5e2', { duration: 250 }, true],
		['duration:<250', { duration: '' }, false],
		['duration:<250', { duration: 'fast' }, false],
		['duration:<250', { duration: null }, false],
		['duration:<250', { duration: '0x10' }, false],
		['-duration:>250', { duration: 'fast' }, true]
	])('of %s on the attributes %j is %s', (text, attributes, expected) => {
		expect(passes(text, has(attributes))).toBe(expected);
	});

	it.each<[text: string, messages: string[]]>([
		['a b', ['ab', 'ab c']],
		['a AND b', ['ab', 'ab c']],
		['a OR b', ['a', 'b', 'ab', 'ab c', 'a c']],
		['a b OR c', ['c', 'ab', 'ab c', 'a c']],
		['a (b OR c)', ['ab', 'ab c', 'a c']],
		['-(a b)', ['a', 'b', 'c', 'a c']],
		['-(a OR b)', ['c']],
		['c -b', ['c', 'a c']],
		['c -(-a)', ['ab c', 'a c']]
	])('of %s takes the messages %j', (text, expected) => {
		const messages = ['a', 'b', 'c', 'ab', 'ab c', 'a c'];
		expect(messages.filter((message) => passes(text, { message }))).toEqual(expected);
	});

	it('agrees with a plain reading of any query on any entry', () => {
		fc.assert(
			fc.property(wishes, fc.array(entries, { minLength: 1, maxLength: 5 }), (wish, lines) => {
				const compiled = compile(write(wish));
				if (!compiled.ok) return expect(compiled.error.message).toContain('at most 8');
				expect(lines.map(compiled.matches)).toEqual(lines.map((entry) => matches(wish, entry)));
			}),
			{ numRuns: 1000 }
		);
	});
});

describe('a regular expression', () => {
	it.each([
		['/(/', 'missing closing )', 1, 1],
		['a host:/x[b/', 'missing closing ]', 9, 2],
		['-(/x**/i)', 'invalid nested repetition operator', 4, 2],
		['/ab(?=c)/', 'invalid or unsupported Perl syntax', 3, 3]
	])('in %s is refused as %s at %i', (text, reason, position, length) => {
		const error = errorOf(text);
		expect(error?.message).toContain(reason);
		expect(error).toMatchObject({ position, length });
	});

	it.each([
		'/(x{1000}){1000}/',
		'/((a{10}){10}){10}.{1000}/',
		`/(${'x'.repeat(3900)}){1000}/`,
		`/(${'x'.repeat(3900)})(?i){1000}/`,
		`/(${'x'.repeat(3900)})\\Q\\E{1000}/`,
		`/(${'x'.repeat(3900)}[[:alpha:](]){1000}/`,
		'/.{200}/ /.{200}/ /.{200}/'
	])('that would unroll to a large program is refused: %.30s', (text) => {
		expect(errorOf(text)?.message).toBe('Shorten this regular expression or lower the counts in its { }');
	});

	it.each([
		'/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/',
		'/\\b\\d{1,3}(\\.\\d{1,3}){3}\\b/',
		'/\\x{1F600}{3}/'
	])('of everyday size is taken: %s', (text) => {
		expect(errorOf(text)).toBeNull();
	});

	it('is refused when it is the ninth', () => {
		expect(errorOf(Array(8).fill('/a/').join(' '))).toBeNull();
		expect(errorOf(Array(9).fill('/a/').join(' '))).toMatchObject({ position: 32, length: 3 });
	});
});
