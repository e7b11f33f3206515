import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, decoded, json, messages, ndjson } from '../../../../../tests/support/logs/decoding.ts';

const two = '{"message":"a"}\n{"message":"b"}';

describe('application/json', () => {
	it('is one entry or an array of them', () => {
		expect(messages('{"message":"a"}', json)).toEqual(['a']);
		expect(messages('[{"message":"a"}, "b", 3, true]', json)).toEqual(['a', 'b', '3', 'true']);
		expect(messages(' {"message":"a"}\r\n', 'Application/JSON; charset=utf-8')).toEqual(['a']);
		expect(messages('[]', json)).toEqual([]);
	});

	it('rejects null, arrays and {} within the array, by their place, and takes the rest', () => {
		const { entries, rejected } = decoded('[null, "a", ["b"], {}, "c"]', json);
		expect(entries.map((entry) => entry.message)).toEqual(['a', 'c']);
		expect(rejected.map(({ index }) => index)).toEqual([0, 2, 3]);
		for (const { reason } of rejected) expect(reason).toContain('not an entry');
	});

	it('that is null or {} alone is one rejected item', () => {
		expect(decoded('null', json)).toMatchObject({ entries: [], rejected: [{ index: 0 }] });
		expect(decoded('{}', json)).toMatchObject({ entries: [], rejected: [{ index: 0 }] });
	});

	it.each(['', '{"message":', '{"message":"a",}', 'hello', two])('that does not parse is 400: %j', (body) => {
		const result = decode(body, json);
		expect(result).toMatchObject({ status: 400 });
		expect(result).toHaveProperty(
			'detail',
			expect.stringMatching(/^The body is not JSON: .*send application\/x-ndjson\.$/)
		);
	});

	it('that does not parse is told where', () => {
		expect(decode('{"message":"a",}', json)).toHaveProperty('detail', expect.stringContaining('position 15'));
		expect(decode('[{"message":"hello"}, oops]', json)).toHaveProperty(
			'detail',
			expect.stringContaining('oops')
		);
	});
});

describe.each(['application/x-ndjson', 'application/jsonl', 'application/stream+json'])('%s', (type) => {
	it('is one entry per line, whatever ends the lines', () => {
		expect(messages(two, type)).toEqual(['a', 'b']);
		expect(messages(`\r\n${two.replace('\n', '\r\n \r\n')}\r\n`, `${type}; charset=utf-8`)).toEqual([
			'a',
			'b'
		]);
		expect(messages('"a"\n1\nfalse', type)).toEqual(['a', '1', 'false']);
		expect(messages('', type)).toEqual([]);
	});

	it('rejects lines that are no entry or no JSON; blank lines do not count', () => {
		const { entries, rejected } = decoded('\n"a"\nhello\n\n{"message":\n[1]\nnull\n{}\n"b"', type);
		expect(entries.map((entry) => entry.message)).toEqual(['a', 'b']);
		expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
		expect(rejected.slice(0, 2).map(({ reason }) => reason.slice(0, 10))).toEqual([
			'not JSON: ',
			'not JSON: '
		]);
	});
});

describe.each([
	null,
	'',
	'text/plain',
	'application/x-www-form-urlencoded',
	'application/vnd.acme+json',
	';;'
])('the content type %j', (type) => {
	it('is JSON if it parses', () => {
		expect(messages('{"message":"a"}', type)).toEqual(['a']);
		expect(messages('[{"message":"a"},\n{"message":"b"}]\n', type)).toEqual(['a', 'b']);
		expect(messages('{\n\t"message": "a"\n}', type)).toEqual(['a']);
		expect(messages('"a"', type)).toEqual(['a']);
		expect(decoded('[null]', type).rejected).toHaveLength(1);
		expect(decoded('null', type).rejected).toHaveLength(1);
		expect(decoded('{}', type).rejected).toHaveLength(1);
	});

	it('is NDJSON if every line parses', () => {
		expect(messages(two, type)).toEqual(['a', 'b']);
		expect(decoded(`${two}\n[]\n{}\nnull\n"c"`, type)).toMatchObject({
			entries: [{ message: 'a' }, { message: 'b' }, { message: 'c' }],
			rejected: [{ index: 2 }, { index: 3 }, { index: 4 }]
		});
	});

	it('is otherwise a message per line that is not blank, as it stands', () => {
		expect(messages('hello world', type)).toEqual(['hello world']);
		expect(messages('a=b&c=%20d', type)).toEqual(['a=b&c=%20d']);
		expect(messages('one\r\n\n  two \n\t\n[INFO] three\r\n', type)).toEqual([
			'one',
			'  two ',
			'[INFO] three'
		]);
		expect(messages('007\n1.50\n-', type)).toEqual(['007', '1.50', '-']);
		expect(messages(' \n ', type)).toEqual([]);
	});

	it('keeps every line of text mixed with JSON', () => {
		const body = 'starting\n{"message":"a","level":"error"}\n{broken}\nnull\n{}\n[1, 2]\n"b"\n';
		expect(messages(body, type)).toEqual(['starting', 'a', '{broken}', 'null', '{}', '[1, 2]', 'b']);
		expect(decoded(body, type).entries[1]).toMatchObject({ severity: 17 });
	});
});

it('query parameters are for entries that lack them, in every format', () => {
	const defaults = { service: 'web', level: 'warn', host: 'h' };
	for (const body of ['hello', '"hello"', '{"message":"hello"}', '[{"message":"hello"}]']) {
		expect(decode(body, null, defaults)).toMatchObject({
			entries: [{ service: 'web', severity: 13, host: 'h', message: 'hello' }]
		});
	}
});

it('text of other charsets and broken UTF-8 is read', () => {
	const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"message":"grüße"}', 'utf16le')]);
	expect(messages(utf16, json)).toEqual(['grüße']);
	expect(messages(Buffer.from('\ufeff{"message":"a"}'), json)).toEqual(['a']);
	expect(messages(Buffer.from('grüße', 'latin1'), 'text/plain; charset=latin1')).toEqual(['grüße']);
	expect(messages(Buffer.from([0x61, 0xff, 0x00, 0x62]), null)).toEqual(['a\ufffd\ufffdb']);
});

it('numbers keep the digits they came with', () => {
	const body = '{"message":"x","id":12345678901234567891,"big":1e999,"one":1.0,"time":1714564800123999999}';
	for (const type of [json, ndjson, null]) {
		const { entries } = decoded(body, type);
		expect(entries[0]).toMatchObject({ time: 1714564800123 });
		expect(entries[0]!.attributes).toBe('{"id":12345678901234567891,"big":1e999,"one":1.0}');
	}
});

it('of a key that is there twice the last is used', () => {
	expect(messages('{"message":"a","message":"b"}', json)).toEqual(['b']);
});

describe('text', () => {
	const trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: no';

	it('with a stack trace has that as one message', () => {
		const body = `2026-11-29 10:00:00 ERROR it failed\n${trace}\n\nnext\n{"message":"json"}\n  at the end`;
		expect(messages(body, 'text/plain')).toEqual([
			`2026-11-29 10:00:00 ERROR it failed\n${trace}`,
			'next',
			'json',
			'  at the end'
		]);
	});

	it('loses no line that is not blank, however they are joined', () => {
		const line = fc.constantFrom('a', ' b', '\tat x (y:1)', 'Caused by: z', '', 'panic: p', '{"m":1}x', '}');
		fc.assert(
			fc.property(fc.array(line), (given) => {
				const kept = messages(given.join('\n'), 'text/plain').flatMap((message) => message.split('\n'));
				expect(kept.filter((text) => text !== '')).toEqual(given.filter((text) => text !== ''));
			})
		);
	});
});
