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
	it('has the time that it happened, else that of its text, else that it was observed, else none', () => {
		const timeUnixNano = '1764417600123456789';
		expect(entryOf({ timeUnixNano }).time).toBe(1764417600123);
		expect(entryOf({ timeUnixNano: 1764417600123000000 }).time).toBe(1764417600123);
		expect(entryOf({ timeUnixNano: '0', observedTimeUnixNano: timeUnixNano }).time).toBe(1764417600123);
		expect(entryOf({ time_unix_nano: timeUnixNano }).time).toBe(1764417600123);
		const body = text('2025-11-29T11:59:00Z hello');
		expect(entryOf({ observedTimeUnixNano: timeUnixNano, body }).time).toBe(Date.UTC(2025, 10, 29, 11, 59));
		expect(entryOf({ timeUnixNano, body }).time).toBe(1764417600123);
		expect(entryOf({}).time).toBe(null);
		const original_time = Date.UTC(2100, 0, 1);
		expect(entryOf({ timeUnixNano: `${original_time}000000` })).toMatchObject({
			time: null,
			attributes: { original_time }
		});
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
