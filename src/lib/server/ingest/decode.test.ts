import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../../log/entry.ts';
import * as bounds from './bounds.ts';
import { decode as decodeBytes, itemLimit, type Decoded } from './decode.ts';

const now = Date.UTC(2024, 4, 2, 12);
const json = 'application/json';
const ndjson = 'application/x-ndjson';

function decode(body: string | Buffer, contentType: string | null) {
	return decodeBytes(Buffer.from(body), contentType, {}, now);
}

function decoded(body: string | Buffer, contentType: string | null): Decoded {
	const result = decode(body, contentType);
	if ('status' in result) throw new Error(result.detail);
	return result;
}

/** The messages, if nothing was rejected. */
function messages(body: string | Buffer, contentType: string | null): string[] {
	const { entries, rejected } = decoded(body, contentType);
	expect(rejected).toEqual([]);
	return entries.map((entry) => entry.message);
}

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
		expect(decodeBytes(Buffer.from(body), null, defaults, now)).toMatchObject({
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

it('numbers no double can hold stay exact as text', () => {
	const body = '{"message":"x","id":12345678901234567891,"big":1e999,"time":1714564800123999999}';
	for (const type of [json, ndjson, null]) {
		const { entries } = decoded(body, type);
		expect(entries[0]).toMatchObject({ time: 1714564800123 });
		expect(JSON.parse(entries[0]!.attributes)).toEqual({ id: '12345678901234567891', big: '1e999' });
	}
});

it('of a key that is there twice the last is used', () => {
	expect(messages('{"message":"a","message":"b"}', json)).toEqual(['b']);
});

describe('10,000 items', () => {
	const bodies: [string | null, (n: number) => string][] = [
		[json, (n) => `[${Array(n).fill('"x"').join()}]`],
		[ndjson, (n) => '"x"\n'.repeat(n)],
		[ndjson, (n) => 'rejected\n'.repeat(n)],
		[null, (n) => 'x\n\n'.repeat(n)]
	];

	it.each(bodies)('are taken, one more is refused with 413: %s', (type, body) => {
		const { entries, rejected } = decoded(body(itemLimit), type);
		expect(entries.length + rejected.length).toBe(itemLimit);
		expect(decode(body(itemLimit + 1), type)).toMatchObject({
			status: 413,
			detail: expect.stringContaining('10,000')
		});
	});
});

describe('hostile input', () => {
	const nests = ['['.repeat(5_000) + ']'.repeat(5_000), '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)];

	it.each([json, ndjson, null])('of 5,000 nested brackets is an entry wherever it stands: %s', (type) => {
		for (const nest of nests) {
			expect(messages(`{"message":${nest}}`, type)).toEqual([nest]);
			const { entries } = decoded(`{"message":"x","a":${nest},"attributes":{"b":${nest}}}`, type);
			expect(JSON.parse(entries[0]!.attributes)).toEqual({
				truncated_bytes: nest.length * 2 + '{"b":,"a":}'.length
			});
			expect(messages(`{"a":${nest}}`, type)).toEqual([`{"a":${nest}}`]);
			expect(messages(`{"message":"x","time":${nest},"level":${nest},"service":${nest}}`, type)).toEqual([
				'x'
			]);
		}
	});

	it('of millions of brackets is no JSON, and so a message where any text is one', () => {
		const nest = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
		expect(decode(`{"message":${nest}}`, json)).toMatchObject({
			status: 400,
			detail: expect.stringContaining('levels deep')
		});
		expect(decoded(`"a"\n${nest}\n"b"`, ndjson)).toMatchObject({
			entries: [{ message: 'a' }, { message: 'b' }],
			rejected: [{ index: 1, reason: expect.stringContaining('levels deep') }]
		});
		expect(messages(nest, null)).toEqual(['['.repeat(bounds.messageBytes)]);
	});

	it.each([
		['numbers', `{"a":[${'1e99,'.repeat(1_000_000)}1]}`],
		['large numbers', `{"a":[${'12345678901234567890,'.repeat(300_000)}1]}`],
		['large numbers in one text', `{"a":"${',12345678901234567890'.repeat(300_000)}"}`],
		['escaped quotes', `{"a":"${'\\"'.repeat(3_000_000)}","b":12345678901234567890}`],
		['backslashes', `{"a":"${'\\\\'.repeat(3_000_000)}","b":12345678901234567890}`],
		['escapes', `{"a":"${'\\u0000'.repeat(1_000_000)}"}`],
		['fractions', `{"a":0.${'1'.repeat(6_000_000)}}`],
		['digits', `{"a":${'1'.repeat(6_000_000)}}`],
		['spaces', `{"a":${' '.repeat(6_000_000)}1}`]
	])('of millions of %s takes no long time', (_name, body) => {
		const start = performance.now();
		expect(decoded(body, json).entries).toHaveLength(1);
		expect(performance.now() - start).toBeLessThan(5_000);
	});
});

/** What the store relies on, whatever was sent. */
function expectStorable(entry: NewEntry): void {
	const texts = [entry.message, entry.service, entry.host, entry.trace_id, entry.span_id, entry.attributes];
	for (const text of texts) {
		expect(text === null || (text.isWellFormed() && !text.includes('\0'))).toBe(true);
	}
	expect(entry.attributes).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/);
	expect(Buffer.byteLength(entry.message)).toBeLessThanOrEqual(bounds.messageBytes);
	expect(Buffer.byteLength(entry.attributes)).toBeLessThanOrEqual(bounds.attributesBytes + 50);
	const attributes: unknown = JSON.parse(entry.attributes);
	expect(typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes)).toBe(true);
	expect(Number.isInteger(entry.severity) && entry.severity >= 1 && entry.severity <= 24).toBe(true);
	const { time } = entry;
	expect(time === null || (Number.isInteger(time) && time >= 0 && time <= now + 86_400_000)).toBe(true);
	expect(entry.service.length > 0 && entry.service.length <= 256).toBe(true);
	for (const name of [entry.host, entry.trace_id, entry.span_id]) {
		expect(name === null || (name.length > 0 && name.length <= 256)).toBe(true);
	}
}

describe('whatever is sent', () => {
	const names =
		'message msg log body time timestamp @timestamp ts level severity severityNumber PRIORITY service host trace_id ' +
		'traceId span_id attributes original_time truncated_bytes __proto__ constructor toJSON';
	const odd = fc
		.array(fc.constantFrom('\0', '\ud800', '\udfff', '🌊', 'é', 'x', '\\', '"', 'u0000', '\n', '1'), {
			maxLength: 8
		})
		.map((parts) => parts.join(''));
	const scalar = fc.oneof(
		odd,
		fc.double({ noNaN: true, noDefaultInfinity: true }),
		fc.maxSafeInteger(),
		fc.boolean(),
		fc.constant(null),
		fc.date().map(String)
	);
	const value = fc.letrec((tie) => ({
		any: fc.oneof({ maxDepth: 5 }, scalar, fc.array(tie('any'), { maxLength: 4 }), tie('object')),
		object: fc
			.array(fc.tuple(fc.oneof(fc.constantFrom(...names.split(' ')), odd), tie('any')), { maxLength: 6 })
			// As text, so that names may repeat and `__proto__` is a name.
			.map((pairs) => Object.fromEntries(pairs))
	})).any;
	const type = fc.constantFrom(
		null,
		json,
		ndjson,
		'text/plain',
		'text/plain; charset=utf-16',
		'; charset=klingon'
	);

	it('as a JSON value, all of it is an entry or rejected, and every entry can be stored', () => {
		fc.assert(
			fc.property(fc.array(value, { maxLength: 5 }), fc.boolean(), (items, asLines) => {
				const body = asLines ? items.map((item) => JSON.stringify(item)).join('\n') : JSON.stringify(items);
				const { entries, rejected } = decoded(body, asLines ? ndjson : json);
				expect(entries.length + rejected.length).toBe(items.length);
				const isEntry = (item: unknown) =>
					item !== null && !Array.isArray(item) && (typeof item !== 'object' || Object.keys(item).length > 0);
				expect(entries).toHaveLength(items.filter(isEntry).length);
				entries.forEach(expectStorable);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('as bytes, it is decoded or refused, and every entry can be stored', () => {
		const bytes = fc.oneof(
			fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
			fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
			// Truncated JSON, so nearly right.
			fc.tuple(value, fc.nat(200)).map(([item, end]) => Buffer.from(JSON.stringify(item)).subarray(0, end))
		);
		fc.assert(
			fc.property(bytes, type, (body, contentType) => {
				const result = decode(body, contentType);
				if ('status' in result) expect(result.status).toBe(400);
				else result.entries.forEach(expectStorable);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('as text, every line that is not blank is a message', () => {
		const line = fc.string({ unit: 'grapheme' }).map((text) => `# ${text.replace(/[\r\n\0]/g, '')}`);
		fc.assert(
			fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\n\n'), (lines, end) => {
				expect(messages(lines.join(end), null)).toEqual(lines);
			})
		);
	});
});
