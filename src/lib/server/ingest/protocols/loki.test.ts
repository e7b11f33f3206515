import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { decodeHere } from '../../../../composition/decoding.ts';
import * as labels from './loki-labels.ts';
import { unsnappy } from './snappy.ts';

const now = Date.UTC(2026, 10, 29, 12);
const nanoseconds = '1795950000123456789';
const time = 1795950000123;

function decode(bytes: Buffer | Uint8Array, contentType: string | null = null, encoding?: string) {
	const headers: Record<string, string> = encoding === undefined ? {} : { 'content-encoding': encoding };
	return decodeHere({
		format: 'loki',
		bytes: Buffer.from(bytes),
		contentType,
		parameters: {},
		headers,
		now,
		readsText: true
	});
}

function entries(decoded: ReturnType<typeof decode>) {
	if ('status' in decoded) throw new Error(decoded.detail);
	return decoded.entries;
}

const ofJson = (value: unknown) => entries(decode(Buffer.from(JSON.stringify(value)), 'application/json'));

interface Pushed {
	line: string;
	seconds?: number;
	nanos?: number;
	metadata?: Record<string, string>;
}

/** A PushRequest of one stream. */
function push(text: string, lines: Pushed[]): Uint8Array {
	const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.LengthDelimited).string(text);
	for (const { line, seconds = 1795950000, nanos = 123456789, metadata = {} } of lines) {
		writer.tag(2, WireType.LengthDelimited).fork();
		writer.tag(1, WireType.LengthDelimited).fork();
		writer.tag(1, WireType.Varint).int64(seconds).tag(2, WireType.Varint).int32(nanos).join();
		writer.tag(2, WireType.LengthDelimited).string(line);
		for (const [name, value] of Object.entries(metadata)) {
			writer.tag(3, WireType.LengthDelimited).fork();
			writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).string(value);
			writer.join();
		}
		writer.join();
	}
	return writer.join().finish();
}

describe('a push in JSON', () => {
	it('is a line for each value, with the labels of its stream and its own metadata', () => {
		const stream = { service_name: 'shop', level: 'warn', n: '1' };
		const values = [
			[nanoseconds, 'first'],
			[nanoseconds, 'second', { trace: 'abc', n: '2' }]
		];
		const [first, second] = ofJson({ streams: [{ stream, values }] });
		expect(first).toMatchObject({ message: 'first', time, severity: 13 });
		expect(second).toMatchObject({ message: 'second', time, severity: 13 });
		expect(JSON.parse(second!.attributes)).toMatchObject({ n: '1', n_2: '2', trace: 'abc' });
	});

	it('may be of the older form', () => {
		const stream = {
			labels: '{job="api", level="error"}',
			entries: [{ ts: '2026-11-29T11:00:00Z', line: 'a' }]
		};
		expect(ofJson({ streams: [stream] })).toMatchObject([
			{ message: 'a', severity: 17, time: Date.UTC(2026, 10, 29, 11) }
		]);
	});

	it('may hold what is no line, of which nothing is lost but what says nothing', () => {
		const values = [[nanoseconds, { a: 1 }], [nanoseconds, 5], [nanoseconds], 7, [null, 'b'], ['soon', 'c']];
		const streams = [{ stream: null, values }, null, { stream: {}, values: 'x' }];
		expect(ofJson({ streams }).map(({ message }) => message)).toEqual(['{"a":1}', '5', 'b', 'c']);
	});

	it('is refused if it is not JSON or no object', () => {
		for (const body of ['{"streams":', '[]', 'null', 'hello'])
			expect(decode(Buffer.from(body), 'application/json; charset=utf-8')).toMatchObject({ status: 400 });
		expect(ofJson({})).toEqual([]);
	});

	it('may be in Snappy, if a header says so', () => {
		const body = Buffer.from(JSON.stringify({ streams: [{ stream: {}, values: [[nanoseconds, 'a']] }] }));
		expect(entries(decode(compress(body), 'application/json', 'snappy'))).toHaveLength(1);
	});
});

describe('a push in protobuf', () => {
	const bytes = push('{service_name="shop", level="error"}', [
		{ line: 'first' },
		{ line: 'zweite 🌊\n  more', metadata: { user: 'u1', detected_level: 'info' } }
	]);

	it('is in Snappy, whatever its content type, and with a header or without', () => {
		for (const type of ['application/x-protobuf', 'application/octet-stream', null])
			for (const encoding of [undefined, 'snappy'])
				expect(entries(decode(compress(Buffer.from(bytes)), type, encoding))).toMatchObject([
					{ message: 'first', severity: 17, time },
					{ message: 'zweite 🌊\n  more', severity: 17, time }
				]);
	});

	it('keeps metadata as attributes', () => {
		const [, second] = entries(decode(compress(Buffer.from(bytes))));
		expect(JSON.parse(second!.attributes)).toMatchObject({ user: 'u1' });
	});

	it('takes the level that was detected if the sender says none', () => {
		const detected = push('{}', [{ line: 'a', metadata: { detected_level: 'error' } }]);
		expect(entries(decode(compress(Buffer.from(detected))))[0]).toMatchObject({ severity: 17 });
	});

	it('without a time has none', () => {
		const timeless = push('{}', [{ line: 'a', seconds: 0, nanos: 0 }]);
		expect(entries(decode(compress(Buffer.from(timeless))))[0]).toMatchObject({ time: null });
	});

	it('is refused where it is not what it should be, and never fails otherwise', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.uint8Array({ maxLength: 200 }),
					fc.nat(bytes.length - 1).map((end) => bytes.subarray(0, end)),
					fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => bytes.with(at, byte))
				),
				fc.boolean(),
				(body, isBlock) => {
					const decoded = decode(isBlock ? compress(Buffer.from(body)) : body);
					if ('status' in decoded) expect(decoded.status).toBe(400);
					else for (const { message } of decoded.entries) expect(message.isWellFormed()).toBe(true);
				}
			),
			{ numRuns: 1_000 }
		);
	});

	it('with labels for a thousand lines costs no more than what is kept of them', () => {
		const many = Array.from({ length: 100_000 }, (_, n) => `l${n}="${n}"`).join(',');
		const lines = Array.from({ length: 1_000 }, () => ({ line: 'a' }));
		const decoded = entries(decode(compress(Buffer.from(push(`{${many}}`, lines)))));
		expect(JSON.parse(decoded[999]!.attributes)).toMatchObject({ l0: '0', dropped_labels: 99_744 });
	});
});

describe('labels as text', () => {
	it('are read with their escapes', () => {
		expect(labels.parse('{a="b", c = "d\\"e\\\\f\\n\\u00e9\\x41", g=`h\\n`,}')).toEqual({
			a: 'b',
			c: 'd"e\\f\né' + 'A',
			g: 'h\\n'
		});
		expect(labels.parse('{}')).toEqual({});
		expect(labels.parse('')).toEqual({});
		expect(labels.parse('{__proto__="x"}')).toEqual(JSON.parse('{"__proto__":"x"}'));
	});

	it('may have quotes that are not escaped, as those of winston-loki', () => {
		expect(labels.parse('{level="info",said="a "b", c",job="x"}')).toEqual({
			level: 'info',
			said: 'a "b", c',
			job: 'x'
		});
	});

	it('are one attribute if they are nothing of the kind', () => {
		expect(labels.parse('job=api')).toEqual({ labels: 'job=api' });
	});

	it('are read in no time, whatever they are', () => {
		for (const text of [
			`{a="${'"'.repeat(50_000)}`,
			`{a="${'",'.repeat(50_000)}}`,
			`{${'a="b",'.repeat(50_000)}}`
		])
			expect(Object.keys(labels.parse(text)).length).toBeLessThanOrEqual(257);
		fc.assert(fc.property(fc.string(), (text) => void labels.parse(`{${text}}`)));
	});
});

describe("Snappy's blocks", () => {
	it('are undone', () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom('abc', 'x'.repeat(100), 'ü', '0123456789'), { maxLength: 200 }),
				(parts) => {
					const bytes = Buffer.from(parts.join(''));
					expect(Buffer.from(unsnappy(compress(bytes))).equals(bytes)).toBe(true);
				}
			)
		);
	});

	it.each([
		['empty', []],
		['a length without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
		['a length that nothing makes', [0xff, 0xff, 0xff, 0x1f, 0x00, 0x61]],
		['more than its length', [0x01, 0x04, 0x61, 0x62]],
		['a copy from before the beginning', [0x05, 0x00, 0x61, 0x05, 0x09]],
		['a copy that is cut', [0x05, 0x00, 0x61, 0x05]],
		['a literal that is cut', [0x05, 0x10, 0x61]],
		['a literal of 4 GiB', [0x05, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x61]]
	])('are refused if they have %s', (_what, bytes) => {
		expect(() => unsnappy(Uint8Array.from(bytes))).toThrow('not a block of Snappy');
	});

	it('are refused at once if they announce more than a body may have, or make more than they announce', () => {
		const bomb = Buffer.alloc(9_000_000);
		bomb.set([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61]);
		for (let at = 7; at + 3 <= bomb.length; at += 3) bomb.set([0xfe, 0x01, 0x00], at);
		expect(() => unsnappy(bomb)).toThrow();
		bomb.set([0x81, 0x80, 0x80, 0x80, 0x00]);
		expect(() => unsnappy(bomb)).toThrow('not a block of Snappy');
	});

	it('are undone or refused, whatever they are', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				try {
					expect(unsnappy(bytes).length).toBeLessThanOrEqual(bytes.length * 22);
				} catch (error) {
					expect((error as Error).name).toBe('Malformed');
				}
			}),
			{ numRuns: 2_000 }
		);
	});
});
