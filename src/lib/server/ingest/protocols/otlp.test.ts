import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHere, type Received } from '../../../../composition/decoding.ts';

const now = Date.UTC(2026, 10, 29, 12);

function decode(body: string | Uint8Array, contentType: string, parameters = {}) {
	const bytes = Buffer.from(body);
	return decodeHere({ format: 'otlp', bytes, contentType, parameters, headers: {}, now, readsText: true });
}

function received(body: string | Uint8Array, contentType: string): Received {
	const result = decode(body, contentType);
	if ('status' in result) throw new Error(result.detail);
	return result;
}

const ofRecords = (logRecords: unknown[], resource: unknown = {}, scope: unknown = {}) =>
	JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] });

/** A record in JSON as an entry, with its attributes parsed. */
function entryOf(record: unknown, resource: unknown = {}, scope: unknown = {}) {
	const { entries } = received(ofRecords([record], resource, scope), 'application/json');
	const [entry] = entries;
	if (!entry) throw new Error('no entry');
	return { ...entry, attributes: JSON.parse(entry.attributes) as unknown };
}

const text = (stringValue: string) => ({ stringValue });
const pair = (key: string, value: unknown) => ({ key, value });

describe('a record in JSON', () => {
	it('has the time that it happened, else that it was observed, else none', () => {
		const timeUnixNano = '1764417600123456789';
		expect(entryOf({ timeUnixNano }).time).toBe(1764417600123);
		expect(entryOf({ timeUnixNano: 1764417600123000000 }).time).toBe(1764417600123);
		expect(entryOf({ timeUnixNano: '0', observedTimeUnixNano: timeUnixNano }).time).toBe(1764417600123);
		expect(entryOf({ time_unix_nano: timeUnixNano }).time).toBe(1764417600123);
		expect(entryOf({}).time).toBe(null);
	});

	it('has the severity of its number, else of its text', () => {
		expect(entryOf({ severityNumber: 14 }).severity).toBe(14);
		expect(entryOf({ severityNumber: 'SEVERITY_NUMBER_WARN2' }).severity).toBe(14);
		expect(entryOf({ severityNumber: 0, severityText: 'Error' }).severity).toBe(17);
		expect(entryOf({ severityText: 'very loud' })).toMatchObject({
			severity: 9,
			attributes: { severity_text: 'very loud' }
		});
	});

	it('has a body of any kind as its message', () => {
		expect(entryOf({ body: text('hello') }).message).toBe('hello');
		expect(entryOf({ body: { intValue: '42' } }).message).toBe('42');
		expect(entryOf({ body: { arrayValue: { values: [text('a'), { boolValue: true }] } } }).message).toBe(
			'["a",true]'
		);
		const values = [pair('message', text('hello')), pair('user', { intValue: 7 })];
		expect(entryOf({ body: { kvlistValue: { values } } })).toMatchObject({
			message: 'hello',
			attributes: { user: 7 }
		});
		expect(entryOf({ body: {}, eventName: 'cart.opened' })).toMatchObject({
			message: 'cart.opened',
			attributes: { event_name: 'cart.opened' }
		});
	});

	it('keeps the digits of 64 bits, nested attributes and null', () => {
		const attributes = [
			pair('big', { intValue: '9223372036854775807' }),
			pair('number', { intValue: 12 }),
			pair('half', { doubleValue: 0.5 }),
			pair('nothing', {}),
			pair('deep', { kvlistValue: { values: [pair('a', { arrayValue: { values: [{ intValue: '1' }] } })] } })
		];
		const { entries } = received(ofRecords([{ attributes }]), 'application/json');
		expect(entries[0]?.attributes).toBe(
			'{"big":9223372036854775807,"number":12,"half":0.5,"nothing":null,"deep":{"a":[1]}}'
		);
	});

	it('takes the attributes of its resource and scope, and its own win', () => {
		const resource = { attributes: [pair('service.name', text('shop')), pair('a', text('resource'))] };
		const scope = { name: 'lib', version: '2', attributes: [pair('b', text('scope'))] };
		const record = { attributes: [pair('a', text('record'))] };
		expect(entryOf(record, resource, scope)).toMatchObject({
			service: 'shop',
			attributes: {
				'service.name': 'shop',
				a: 'record',
				b: 'scope',
				'otel.scope.name': 'lib',
				'otel.scope.version': '2'
			}
		});
	});

	it('has ids in hexadecimal of either case or in base64; what is no id counts as absent', () => {
		const traceId = '5B8EFFF798038103D269B633813FC60C';
		const spanId = 'EEE19B7EC3C1B174';
		const ids = { trace_id: traceId.toLowerCase(), span_id: spanId.toLowerCase() };
		expect(entryOf({ traceId, spanId })).toMatchObject(ids);
		const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
		expect(entryOf({ traceId: base64(traceId), spanId: base64(spanId) })).toMatchObject(ids);
		for (const wrong of ['', '0'.repeat(32), 'abc', 'z'.repeat(32), 7, null])
			expect(entryOf({ traceId: wrong }).trace_id).toBe(null);
	});
});

describe('a request', () => {
	it('may be empty', () => {
		expect(received('{}', 'application/json').report).toEqual({ accepted: 0, rejected: 0 });
		expect(received('', 'application/x-protobuf').report).toEqual({ accepted: 0, rejected: 0 });
	});

	it.each(['[]', '"x"', 'null', '{'])('that is no object is refused: %s', (body) => {
		expect(decode(body, 'application/json')).toMatchObject({ status: 400 });
	});

	it('of another type is refused', () => {
		expect(decode('hello', 'text/plain')).toMatchObject({ status: 415 });
	});

	it('whose parts are of other kinds than they should be loses no record', () => {
		const odd = {
			resourceLogs: [7, { scopeLogs: 'x' }, { resource: [], scopeLogs: [{ logRecords: [null, 'x', {}] }] }]
		};
		expect(received(JSON.stringify(odd), 'application/json').report.accepted).toBe(3);
	});
});

/** The same record as protobuf. */
function message(write: (writer: BinaryWriter) => void): Uint8Array {
	const writer = new BinaryWriter();
	write(writer);
	return writer.finish();
}

const inside = (field: number, bytes: Uint8Array) =>
	message((w) => w.tag(field, WireType.LengthDelimited).bytes(bytes));
const string = (field: number, value: string) =>
	message((w) => w.tag(field, WireType.LengthDelimited).string(value));
const join = (...parts: Uint8Array[]) => Buffer.concat(parts);
const keyValue = (key: string, value: Uint8Array) => join(string(1, key), inside(2, value));

const record = join(
	message((w) => w.tag(1, WireType.Bit64).fixed64(1764417600123456789n)),
	message((w) => w.tag(2, WireType.Varint).int32(17)),
	string(3, 'ERROR'),
	inside(5, string(1, 'it broke')),
	inside(
		6,
		keyValue(
			'count',
			message((w) => w.tag(3, WireType.Varint).int64(-9223372036854775808n))
		)
	),
	inside(
		6,
		keyValue(
			'ratio',
			message((w) => w.tag(4, WireType.Bit64).double(0.25))
		)
	),
	inside(
		6,
		keyValue(
			'ok',
			message((w) => w.tag(2, WireType.Varint).bool(true))
		)
	),
	inside(
		6,
		keyValue(
			'raw',
			message((w) => w.tag(7, WireType.LengthDelimited).bytes(Buffer.from('abc')))
		)
	),
	inside(6, keyValue('list', inside(5, inside(1, string(1, 'x'))))),
	inside(6, keyValue('map', inside(6, inside(1, keyValue('a', string(1, 'b')))))),
	message((w) =>
		w.tag(9, WireType.LengthDelimited).bytes(Buffer.from('5b8efff798038103d269b633813fc60c', 'hex'))
	),
	message((w) => w.tag(10, WireType.LengthDelimited).bytes(Buffer.from('eee19b7ec3c1b174', 'hex'))),
	string(12, 'failure'),
	message((w) => w.tag(99, WireType.Varint).int32(1)) // of a later version
);
// The resource and the scope come behind what they are for, which protobuf allows.
const request = inside(
	1,
	join(
		inside(2, join(inside(2, record), inside(2, record), inside(1, join(string(1, 'lib'), string(2, '2'))))),
		inside(1, inside(1, keyValue('service.name', string(1, 'shop'))))
	)
);

describe('a request in protobuf', () => {
	it('is read field by field, in whatever order they come', () => {
		const { entries } = received(request, 'application/x-protobuf');
		expect(entries).toHaveLength(2);
		const [entry] = entries;
		expect(entry).toMatchObject({
			time: 1764417600123,
			severity: 17,
			service: 'shop',
			message: 'it broke',
			trace_id: '5b8efff798038103d269b633813fc60c',
			span_id: 'eee19b7ec3c1b174'
		});
		expect(entry?.attributes).toContain('"count":-9223372036854775808');
		expect(JSON.parse(entry?.attributes ?? '')).toMatchObject({
			'service.name': 'shop',
			'otel.scope.name': 'lib',
			ratio: 0.25,
			ok: true,
			raw: 'YWJj',
			list: ['x'],
			map: { a: 'b' },
			event_name: 'failure'
		});
	});

	it('that is cut anywhere is refused, or is what came before the cut', () => {
		for (let end = 0; end < request.length; end++) {
			const result = decode(request.subarray(0, end), 'application/x-protobuf');
			if (end > 0) expect(result).toMatchObject({ status: 400 });
		}
	});

	it('with any bytes changed is read or refused, never more', () => {
		const changes = fc.array(fc.tuple(fc.nat(request.length - 1), fc.integer({ min: 0, max: 255 })), {
			minLength: 1,
			maxLength: 5
		});
		fc.assert(
			fc.property(changes, (changes) => {
				const bytes = Buffer.from(request);
				for (const [at, value] of changes) bytes[at] = value;
				const result = decode(bytes, 'application/x-protobuf');
				expect('status' in result ? result.status : 400).toBe(400);
			}),
			{ numRuns: 5_000 }
		);
	});

	it('of random bytes is read or refused', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				const result = decode(bytes, 'application/x-protobuf');
				expect('status' in result ? result.status : 400).toBe(400);
			}),
			{ numRuns: 5_000 }
		);
	});

	it('that nests too deeply is refused', () => {
		let value = string(1, 'x');
		for (let level = 0; level < 200; level++) value = inside(5, inside(1, value));
		const deep = inside(1, inside(2, inside(2, inside(5, value))));
		expect(decode(deep, 'application/x-protobuf')).toMatchObject({
			status: 400,
			detail: expect.stringContaining('levels deep')
		});
	});
});
