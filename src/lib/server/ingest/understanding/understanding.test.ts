import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { none, now } from '../../../../../tests/support/logs/repairing.ts';
import * as bounds from '../bounds.ts';
import * as repair from '../repair.ts';
import * as moments from './moments.ts';

const line = (message: string) => repair.line(message, none, now);
const attributesOf = (message: string) => JSON.parse(line(message).attributes) as Record<string, unknown>;

describe('the time that a line was read', () => {
	const observed_time = '2024-04-27T10:00:00.000Z';
	const timeOf = (raw: object, more = {}) =>
		repair.entry({ observed_time, ...raw }, { ...none, ...more }, now);
	const at = (time: string | null) => ({ time: time && Date.parse(time), attributes: '{}' });

	it('is that of an entry that says none', () => {
		expect(timeOf({ message: 'hello' })).toMatchObject(at(observed_time));
		expect(timeOf({ message: '{"msg":"hello"}' })).toMatchObject(at(observed_time));
		expect(timeOf({ message: '2024-04-26 12:00:00 hello' }, { readsText: false })).toMatchObject(
			at(observed_time)
		);
	});

	it('gives way to what the fields and the message say, and is no attribute', () => {
		const time = '2024-04-26T12:00:00.000Z';
		expect(timeOf({ message: 'hello', asctime: '2024-04-26 12:00:00' })).toMatchObject(at(time));
		expect(timeOf({ message: '2024-04-26 12:00:00 hello' })).toMatchObject(at(time));
		expect(timeOf({ message: `{"msg":"hello","ts":"${time}"}` })).toMatchObject(at(time));
	});
});

describe('whatever a text is', () => {
	const piece = fc.constantFrom(
		...'2024-05-01T12:00:00Z|12:00:00|May  1 12:00:00|[|]|<|>|{|}|{"a":|"|=|a=|a="b"|ERROR|error:|level=warn|[warn]|\u001b[31m| |  |\t|\n|:|-|1|127.0.0.1|GET /|HTTP/1.1" 500|E0501 |\\|🌊|é|PHP |=ERROR REPORT|%A-3-B: |##[error]| CET| -03| Europe/Berlin|####<|[pid: |[GIN] 2024/05/01 - 12:00:00 | 500 | 1ms |02/05/24 |: error: |\n\tat a|a.Error: x'.split(
			'|'
		),
		'|'
	);
	const text = fc.oneof(
		fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
		fc.string({ unit: 'grapheme' })
	);

	it('it stays as it came unless it is JSON, and the rest is within bounds', () => {
		fc.assert(
			fc.property(text, (message) => {
				const entry = line(message);
				const isJson = message.trim().startsWith('{') && message.trim().endsWith('}');
				if (!isJson) expect(entry.message).toBe(message.toWellFormed().replaceAll('\0', '\ufffd'));
				expect(entry.severity >= 1 && entry.severity <= 24).toBe(true);
				expect(entry.time === null || (entry.time >= 0 && entry.time <= now + 86_400_000)).toBe(true);
				expect(Buffer.byteLength(entry.attributes)).toBeLessThanOrEqual(bounds.attributesBytes);
			}),
			{ numRuns: 3_000 }
		);
	});

	const size = bounds.messageBytes;
	it.each([
		' ',
		'a',
		'=',
		'a=',
		'a=b ',
		'a="',
		'a="\\" ',
		' a="b',
		'{"',
		'{"a":',
		' {"a":{"',
		'[',
		'[a] ',
		'<1>',
		'(',
		'1',
		'1.',
		'12:00:00 ',
		'2024-05-01 12:00:00 ',
		'\u001b[',
		'\u001b[31m',
		'-',
		'- ',
		'| ',
		'GET /',
		'"GET ',
		'\\"',
		'a-b ',
		'ERROR',
		'E, [',
		'\n',
		'a: ',
		'a|',
		'a.',
		'A.',
		'%A-',
		'##[',
		'####<',
		'ABC ',
		'Europe/',
		' -03',
		'X: \n\tat',
		'"GET / HTTP/1.1"',
		'[pid: ',
		'\t1'
	])('256 KiB of %j take no time', (piece) => {
		const message = piece.repeat(size / piece.length);
		for (const prefix of ['', '2024-05-01 12:00:00 ', 'GET ', '[01/May/2024:12:00:00 +0000] "']) {
			line(prefix + message);
			const start = performance.now();
			line(prefix + message);
			// A pattern that goes wrong would take seconds; the slack is for busy machines.
			expect(performance.now() - start).toBeLessThan(1_000);
		}
	});
});

describe('attributes of a text', () => {
	it('are 64 at most', () => {
		const many = Array.from({ length: 100 }, (_, n) => `k${n}=${n}`).join(' ');
		expect(Object.keys(attributesOf(many))).toHaveLength(64);
		const object = JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n])));
		expect(Object.keys(attributesOf(`data ${object}`))).toHaveLength(64);
	});

	it.each([
		['done in=5ms', { in: '5ms' }],
		['done user=5, action=login; n=1', { user: '5', action: 'login', n: '1' }],
		['say text="a \\"b\\" c\\n" x=1', { text: 'a "b" c\n', x: '1' }],
		['a=1 a=2', { a: '1' }],
		['list tags=[a,b] rest={"x":1}', { tags: '[a,b]', rest: '{"x":1}' }],
		['empty= equals== cut="abc', {}],
		['__proto__=1 constructor=2', JSON.parse('{"__proto__":"1","constructor":"2"}')],
		['first a=1\nsecond b=2', { a: '1' }],
		['sent {"a":{"b":[1]}} to x', { a: { b: [1] } }],
		['sent {"a":1 to x', {}],
		['traced trace_id=ab span_id=cd', {}],
		['traced {"trace_id":"ab","n":1}', { n: 1 }],
		['untraced trace_id=00000000', { trace_id: '00000000' }]
	])('%j', (message, attributes) => expect(attributesOf(message)).toEqual(attributes));

	it('give way to those the entry has', () => {
		const entry = repair.entry({ message: 'x a=1 b=2', a: 'mine' }, none, now);
		expect(entry).toMatchObject({ attributes: '{"a":"mine","b":"2"}' });
	});

	it('that are too large leave the entry its own', () => {
		const message = `x big="${'y'.repeat(10_000)}"`;
		const own = { own: 'z'.repeat(60_000) };
		expect(repair.entry({ message, ...own }, none, now)).toMatchObject({
			message,
			attributes: JSON.stringify(own)
		});
	});

	it('lift the ids of traces', () => {
		expect(line('x trace_id=ab span_id=cd')).toMatchObject({ trace_id: 'ab', span_id: 'cd' });
		expect(line('x {"trace_id":"ab","span_id":"cd"}')).toMatchObject({ trace_id: 'ab', span_id: 'cd' });
	});
});

describe('a time', () => {
	const day = 86_400_000;
	it.each([
		['Dec 31 23:59:00', Date.UTC(2024, 0, 1), Date.UTC(2023, 11, 31, 23, 59)],
		['Jan  1 00:01:00', Date.UTC(2024, 11, 31, 23), Date.UTC(2025, 0, 1, 0, 1)],
		['Feb 29 12:00:00', Date.UTC(2025, 1, 10), Date.UTC(2024, 1, 29, 12)],
		['23:59:00', Date.UTC(2024, 4, 2, 0, 1), Date.UTC(2024, 4, 1, 23, 59)],
		['00:01:00', Date.UTC(2024, 4, 1, 23, 59), Date.UTC(2024, 4, 2, 0, 1)],
		['12:00:00+02:00', Date.UTC(2024, 4, 2, 9), Date.UTC(2024, 4, 2, 10)],
		['3:04PM', Date.UTC(2024, 4, 2, 15), Date.UTC(2024, 4, 2, 15, 4)],
		['12:04AM', Date.UTC(2024, 4, 2, 1), Date.UTC(2024, 4, 2, 0, 4)]
	])('without a year or day is the nearest: %s', (text, at, expected) => {
		expect(moments.at(text, 0, at)?.time).toBe(expected);
	});

	it('counts up to a day ahead, and from 1970', () => {
		expect(moments.at('2024-05-03 12:00:00', 0, now)?.time).toBe(now + day);
		expect(moments.at('2024-05-03 12:00:01', 0, now)?.time).toBeNull();
		expect(moments.at('1969-12-31 23:59:59', 0, now)?.time).toBeNull();
	});

	it('in a zone that is only a name is not used', () => {
		expect(moments.at('2024-05-01 12:00:00 CET', 0, now)).toEqual({ time: null, end: 23 });
		expect(moments.at('2024-05-01 12:00:00 INFO', 0, now)?.time).toBe(now - day);
	});

	it.each([
		'2024-05-01',
		'12:00',
		'25:00:00',
		'2024-13-01 00:00:00',
		'May 32 12:00:00',
		'1.2.3.4',
		'12:00:00:00'
	])('is not %s', (text) => expect(moments.at(text, 0, now)?.time ?? null).toBeNull());

	it('of day alone in a field may be a duration', () => {
		expect(moments.read('12:00:00', now)).toBeNull();
		expect(moments.read('May  1 12:00:00', now)).toBe(now - day);
		expect(moments.read('Wed, 01 May 2024 12:00:00 GMT', now)).toBe(now - day);
	});
});
