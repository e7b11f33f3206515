import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entries, wishes } from '../../../tests/support/logs/queries.ts';
import { write } from '../../../tests/support/logs/wish.ts';
import * as chips from './chips.ts';
import type { Entry } from './entry.ts';
import * as predicate from './predicate.ts';
import * as query from './query.ts';

describe('the level chips', () => {
	it.each([
		['', []],
		['level:>=warn', ['warn', 'error']],
		['a level:>warn b', ['error']],
		['level:error', ['error']],
		['level:fatal', ['error']],
		['level:trace', []],
		['(level:error) a', ['error']],
		['(level:error a) b', ['error']],
		['level:debug OR level:>=warn', ['debug', 'warn', 'error']],
		['a (level:warn OR (level:info OR level:warn))', ['info', 'warn']],
		['level:>=info (level:debug OR level:warn)', ['warn']],
		['level:>fatal', []],
		['level:<warn', []],
		['-level:debug', []],
		['a OR level:>=warn', []],
		['(level:>=warn OR b) a', []],
		['"unclosed level:>=warn', []]
	] as const)('read %s as %o', (text, expected) => {
		expect(chips.levelsOf(text)).toEqual(expected);
	});

	it.each([
		['', ['warn', 'error'], 'level:>=warn'],
		['', ['error'], 'level:>=error'],
		['', ['warn'], 'level:warn'],
		['', ['error', 'info'], '(level:info OR level:>=error)'],
		['', ['debug', 'info', 'warn', 'error'], 'level:>=debug'],
		['timeout ', ['warn', 'error'], 'timeout level:>=warn'],
		['a  level:>=warn  b', ['info'], 'a  level:info  b'],
		['a (level:info OR level:>=error) b', ['info'], 'a level:info b'],
		['level:info OR level:error', ['info'], 'level:info'],
		['level:warn a level:>info', ['debug'], 'level:debug a'],
		['level:<error', ['info', 'warn'], 'level:<error (level:info OR level:warn)'],
		['a OR  b', ['warn'], '(a OR  b) level:warn'],
		['(a OR b)', ['warn'], '(a OR b) level:warn'],
		['(a) OR (b)', ['warn'], '((a) OR (b)) level:warn'],
		['(a OR b) level:>=warn', ['info'], '(a OR b) level:info'],
		['a AND level:warn', [], 'a'],
		['level:warn AND a', [], 'a'],
		['a AND level:warn AND b', [], 'a AND b'],
		['x(level:warn)z', [], 'x z'],
		['(a level:warn)', [], '(a)'],
		['(a level:warn) level:info', [], '(a)'],
		['(level:warn level:info) a', [], 'a'],
		['a (b (level:warn))', ['info'], 'a (b level:info)'],
		['(level:warn)', [], ''],
		['a OR level:warn', [], 'a OR level:warn'],
		['', [], ''],
		['"unclosed', ['warn'], '"unclosed']
	] as const)('turn %s with %j into %s', (text, chosen, expected) => {
		expect(chips.withLevels(text, chosen)).toBe(expected);
	});
});

describe('the service chip', () => {
	it.each([
		['', []],
		['service:api timeout', ['api']],
		['service:"check out"', ['check out']],
		['service:a service:b', ['a', 'b']],
		['timeout (service:a OR service:b)', ['a', 'b']],
		['-service:api', []],
		['service:/api/', []],
		['service:a OR b', []]
	])('reads %s as %j', (text, expected) => {
		expect(chips.servicesOf(text)).toEqual(expected);
	});

	it.each([
		['timeout', ['api'], 'timeout service:api'],
		['timeout', ['api', 'check out'], 'timeout (service:api OR service:"check out")'],
		['(service:web OR service:api) timeout', ['api'], 'service:api timeout'],
		['service:web timeout', ['api', 'web'], '(service:api OR service:web) timeout'],
		['a service:web service:x', ['check out'], 'a service:"check out"'],
		['a OR b', ['api'], '(a OR b) service:api'],
		['-service:web', ['api'], '-service:web service:api'],
		['service:web timeout', [], 'timeout'],
		['service:/w/', [], 'service:/w/']
	])('turns %s with %j into %s', (text, services, expected) => {
		expect(chips.withServices(text, services)).toBe(expected);
	});
});

describe('filter for and out', () => {
	it.each([
		['', 'http.status', 500, 'http.status:500'],
		['a', 'http.status', 500, 'a http.status:500'],
		['a http.status:"500"', 'http.status', 500, 'a http.status:"500"'],
		['a -http.status:500  b', 'http.status', 500, 'a  b http.status:500'],
		['a OR b', 'cached', true, '(a OR b) cached:true'],
		['', 'user', null, 'user:null'],
		['', 'user', 'ann lee', 'user:"ann lee"'],
		['', 'user', 'say "hi"\n\\', 'user:"say \\"hi\\"\\n\\\\"'],
		['', 'user', '', 'user:""'],
		['', 'user', '>5', 'user:">5"'],
		['', 'path', '/api/users', 'path:"/api/users"'],
		['ip:"::1"', 'ip', '::1', 'ip:"::1"'],
		['', 'user name', 'x', '"user name":x'],
		['', 'attributes."q"', 'x', '"\\"q\\"":x'],
		['', 'attributes.http.status', 500, 'http.status:500'],
		['', 'attributes.service', 'x', 'attributes.service:x'],
		['', 'level', 'error', 'level:error'],
		['a', 'level', 'loud', 'a'],
		['"unclosed', 'a', 'b', '"unclosed']
	])('turn %s for %s: %j into %s', (text, field, value, expected) => {
		expect(chips.filterFor(text, field, value)).toBe(expected);
	});

	it.each([
		['', 'host', 'web-1', '-host:web-1'],
		['host:web-1 a', 'host', 'web-1', 'a -host:web-1'],
		['a AND host:web-1', 'host', 'web-1', 'a -host:web-1'],
		['a -host:"web-1"', 'host', 'web-1', 'a -host:"web-1"'],
		['a OR b', 'user name', 'x y', '(a OR b) -"user name":"x y"'],
		['host:web-1', 'host', 'web-2', 'host:web-1 -host:web-2']
	])('turn %s without %s: %j into %s', (text, field, value, expected) => {
		expect(chips.filterOut(text, field, value)).toBe(expected);
	});
});

describe('the chips on any query', () => {
	const anyField = fc.constantFrom(
		'service',
		'attributes.level',
		'http.status',
		'user name',
		'a"b',
		'"q"',
		'',
		'x::y',
		'é'
	);

	function compile(text: string): predicate.Predicate | null {
		const parsed = query.parse(text);
		if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
		const compiled = predicate.compile(parsed.query);
		return compiled.ok ? compiled.matches : null;
	}

	it('narrow it to the levels, and only to those', () => {
		fc.assert(
			fc.property(wishes, fc.subarray([...chips.levelChips]), fc.array(entries), (wish, chosen, lines) => {
				const cleared = chips.withLevels(write(wish), []);
				const text = chips.withLevels(write(wish), chosen);
				expect(chips.levelsOf(cleared)).toEqual([]);
				expect(chips.levelsOf(text)).toEqual(chosen);

				const [before, after] = [compile(cleared), compile(text)];
				if (!before || !after) return;
				const isIn = ({ level }: Entry) =>
					chosen.length === 0 || chosen.some((chip) => chip === (level === 'fatal' ? 'error' : level));
				expect(lines.filter(after)).toEqual(lines.filter((line) => before(line) && isIn(line)));
			})
		);
	});

	it('add a filter once, and take it back for its opposite', () => {
		fc.assert(
			fc.property(wishes, anyField, fc.string({ unit: 'grapheme' }), (wish, field, value) => {
				const wanted = chips.filterFor(write(wish), field, value);
				expect(chips.filterFor(wanted, field, value)).toBe(wanted);
				const unwanted = chips.filterOut(wanted, field, value);
				expect(chips.filterOut(unwanted, field, value)).toBe(unwanted);
				expect(termsOf(chips.filterFor(unwanted, field, value))).toEqual(termsOf(wanted));
			})
		);
	});

	/** Sorted: a term removed and added again comes last. */
	function termsOf(text: string): string[] {
		const parsed = query.parse(text);
		if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
		const flat = (term: query.Query): query.Query[] =>
			term.kind === 'and' ? term.parts.flatMap(flat) : [term];
		return flat(parsed.query).map(query.format).sort();
	}
});

it('each term that must hold is named, with the text that is left without it', () => {
	expect(chips.withoutEach('payment (a OR b) -host:web-9')).toEqual([
		{ term: 'payment', rest: '(a OR b) -host:web-9' },
		{ term: '(a OR b)', rest: 'payment -host:web-9' },
		{ term: '-host:web-9', rest: 'payment (a OR b)' }
	]);
	expect(chips.withoutEach('payment')).toEqual([{ term: 'payment', rest: '' }]);
	expect(chips.withoutEach('')).toEqual([]);
});

it.each([
	['timeout', 'All levels'],
	['level:>=debug', 'debug+'],
	['level:>=warn timeout', 'warn+'],
	['level:>=error', 'error'],
	['level:info', 'info'],
	['(level:info OR level:>=error)', 'info, error']
])('the levels of %s are named %s', (text, name) => {
	expect(chips.levelsName(text)).toBe(name);
});
