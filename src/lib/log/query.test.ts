import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entries, wishes } from '../../../tests/support/logs/queries.ts';
import { write } from '../../../tests/support/logs/wish.ts';
import * as predicate from './predicate.ts';
import * as query from './query.ts';

function read(text: string): query.Query {
	const parsed = query.parse(text);
	if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
	return parsed.query;
}

describe('parse', () => {
	it.each(['', '   ', '\t\n'])('reads the blank text %j as all', (text) => {
		expect(read(text)).toMatchObject({ kind: 'all' });
	});

	it.each<[text: string, expected: object]>([
		['timeout', { kind: 'contains', text: 'timeout' }],
		['"connection reset"', { kind: 'contains', text: 'connection reset' }],
		['"a \\"b\\" \\\\ \\n\\r\\t"', { kind: 'contains', text: 'a "b" \\ \n\r\t' }],
		['-healthz', { kind: 'not', part: { kind: 'contains', text: 'healthz' } }],
		[
			'/user-\\d+ failed/',
			{ kind: 'matches', field: 'message', pattern: 'user-\\d+ failed', insensitive: false }
		],
		['/a\\/b (c)/i', { kind: 'matches', pattern: 'a\\/b (c)', insensitive: true, patternAt: 1 }],
		['level:error', { kind: 'level', operator: '=', level: 'error' }],
		['level:>=WARN', { kind: 'level', operator: '>=', level: 'warn' }],
		['service:api', { kind: 'equals', field: 'service', text: 'api' }],
		['host:"web 1"', { kind: 'equals', field: 'host', text: 'web 1' }],
		['http.status:500', { kind: 'equals', field: 'http.status', text: '500' }],
		['"user name":"ann lee"', { kind: 'equals', field: 'user name', text: 'ann lee' }],
		['app.kubernetes.io/name:x', { kind: 'equals', field: 'app.kubernetes.io/name', text: 'x' }],
		['duration:>250', { kind: 'compares', field: 'duration', operator: '>', number: 250 }],
		['a:<=-1.5e3', { kind: 'compares', operator: '<=', number: -1500 }],
		['a:">250"', { kind: 'equals', text: '>250' }],
		['path:/^\\/api/', { kind: 'matches', field: 'path', pattern: '^\\/api', patternAt: 6 }],
		['message:x', { kind: 'contains', text: 'x' }],
		['time:12:30', { kind: 'equals', field: 'time', text: '12:30' }],
		['a:-1', { kind: 'equals', text: '-1' }],
		['a:OR', { kind: 'equals', text: 'OR' }],
		['attributes.http.status:1', { kind: 'equals', field: 'attributes.http.status' }],
		['NOT healthz', { kind: 'not', part: { kind: 'contains', text: 'healthz' } }],
		['C:\\Users', { kind: 'equals', field: 'C', text: '\\Users' }],
		['"\\"q\\"":x', { kind: 'equals', field: '"q"', text: 'x' }],
		['attributes.level:1', { kind: 'equals', field: 'attributes.level' }]
	])('reads %s', (text, expected) => {
		expect(read(text)).toMatchObject({ ...expected, position: 0, length: text.length });
	});

	it.each([
		'12:30:45',
		'tokio::runtime',
		'a-b',
		'a/b',
		'C\\d',
		':x',
		'or',
		'Or',
		'10.0.0.1:80',
		'not',
		'Error:',
		'https://example.com/a?b=1',
		'a->5',
		'List<5>',
		'a=b,c'
	])('reads %s as one word', (text) => {
		expect(read(text)).toMatchObject({ kind: 'contains', text });
	});

	it.each([
		['a b', 'a AND b'],
		['a b OR c d', '(a b) OR (c d)'],
		['a OR b OR c', '(a OR b) OR c'],
		['a (b OR c)', 'a AND (((b) OR c))'],
		['-(a b)', '-((a AND b))'],
		['-a -(b c)', 'NOT a NOT (b c)'],
		['a"b"', 'a b'],
		['a(b)', 'a b'],
		['Timeout', 'message:timeout'],
		['"timeout"', 'timeout'],
		['service:"api"', 'service:api'],
		['a:>250', 'a:>2.50e2'],
		['level:"error"', 'level:ERROR']
	])('reads %s and %s as the same query', (one, other) => {
		expect(query.format(read(one))).toBe(query.format(read(other)));
	});

	it.each([
		['a b', 'a OR b'],
		['a b OR c', 'a (b OR c)'],
		['-a b', '-(a b)'],
		['service:api', 'service:API'],
		['/a/', '/a/i'],
		['/A/', '/a/'],
		['"or"', 'x OR y'],
		['a:x', 'attributes.a.x:x'],
		['level:warn', 'attributes.level:warn']
	])('reads %s and %s as different queries', (one, other) => {
		expect(query.format(read(one))).not.toBe(query.format(read(other)));
	});

	it('gives each term its place, with its brackets', () => {
		expect(read('a -(b  OR "c")')).toMatchObject({
			position: 0,
			length: 14,
			parts: [
				{ position: 0, length: 1 },
				{
					position: 2,
					length: 12,
					part: { position: 3, length: 11, parts: [{ position: 4 }, { position: 10 }] }
				}
			]
		});
	});

	it('loads no package, so that the page is spared RE2', () => {
		const seen = new Set<string>();
		const visit = (file: string): void => {
			if (seen.has(file)) return;
			seen.add(file);
			const source = readFileSync(new URL(file, import.meta.url), 'utf8');
			for (const [, imported] of source.matchAll(/^(?:im|ex)port .*from '(.+)';/gm)) visit(imported ?? '');
		};
		visit('./query.ts');
		visit('./chips.ts');
		expect([...seen].sort()).toEqual(
			[
				'./chips.ts',
				'./entry.ts',
				'./field-names.ts',
				'./parser.ts',
				'./query.ts',
				'./terms.ts',
				'./tokens.ts'
			].sort()
		);
	});
});

describe('format', () => {
	it.each([
		['  a   AND b ', 'a b'],
		['((a)) OR (b c)', 'a OR b c'],
		['(a OR b) c', '(a OR b) c'],
		['a (b (c d))', 'a b c d'],
		['-("x")', '-x'],
		['-(-x)', '-(-x)'],
		['"OR"', 'or'],
		['"-a" "/b/" "a:b" "c d" "(" ""', '"-a" "/b/" "a:b" "c d" "(" ""'],
		['"line\none"', '"line\\none"'],
		['message:/a/i', '/a/i'],
		['service:"a b" a:">1" a:"" a:"/"', 'service:"a b" a:">1" a:"" a:"/"'],
		['attributes.http.status:"500" attributes.host:x', 'attributes.http.status:500 attributes.host:x'],
		['attributes.a:>5 attributes.a:/b/', 'a:>5 a:/b/'],
		['a NOT (b c)', 'a -(b c)'],
		['"status>500" "a!=b"', '"status>500" "a!=b"'],
		['"\\"q\\"":x', '"\\"q\\"":x'],
		['"user name":1 "a":1', '"user name":1 a:1'],
		['level:>=WARN', 'level:>=warn']
	])('writes %s as %s', (text, expected) => {
		expect(query.format(read(text))).toBe(expected);
	});

	it('writes what reads back as the same query', () => {
		fc.assert(
			fc.property(wishes, fc.array(entries, { maxLength: 3 }), (wish, lines) => {
				const first = read(write(wish));
				const canonical = query.format(first);
				const second = read(canonical);
				expect(query.format(second)).toBe(canonical);

				const [one, other] = [predicate.compile(first), predicate.compile(second)];
				if (!one.ok || !other.ok) return expect(one.ok).toBe(other.ok);
				expect(lines.map(one.matches)).toEqual(lines.map(other.matches));
			}),
			{ numRuns: 500 }
		);
	});
});
