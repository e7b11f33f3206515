import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHere } from '../../../../composition/decoding.ts';

function decode(bytes: Uint8Array) {
	return decodeHere({
		format: 'otlp',
		bytes: Buffer.from(bytes),
		contentType: 'application/x-protobuf',
		parameters: {},
		headers: {},
		now: Date.UTC(2026, 10, 29, 12),
		readsText: true
	});
}

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
		const result = decode(request);
		if ('status' in result) throw new Error(result.detail);
		const { entries } = result;
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
			const result = decode(request.subarray(0, end));
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
				const result = decode(bytes);
				expect('status' in result ? result.status : 400).toBe(400);
			}),
			{ numRuns: 5_000 }
		);
	});

	it('of random bytes is read or refused', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				const result = decode(bytes);
				expect('status' in result ? result.status : 400).toBe(400);
			}),
			{ numRuns: 5_000 }
		);
	});

	it('that nests too deeply is refused', () => {
		let value = string(1, 'x');
		for (let level = 0; level < 200; level++) value = inside(5, inside(1, value));
		const deep = inside(1, inside(2, inside(2, inside(5, value))));
		expect(decode(deep)).toMatchObject({
			status: 400,
			detail: expect.stringContaining('levels deep')
		});
	});
});
