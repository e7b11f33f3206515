import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAs, entriesAs } from '../../../../../tests/support/logs/decoding.ts';
import { slices, type Limits } from './journald-slices.ts';
import { Malformed } from './malformed.ts';
import type { Slice } from './protocol.ts';

/** A field in binary form. */
function binary(name: string, value: string | Buffer, length = Buffer.byteLength(value)): Buffer {
	const size = Buffer.alloc(8);
	size.writeBigUInt64LE(BigInt(length));
	return Buffer.concat([Buffer.from(`${name}\n`), size, Buffer.from(value), Buffer.from('\n')]);
}

const numbered = (n: number) =>
	`__CURSOR=s=${n}\n__REALTIME_TIMESTAMP=1714651200123456\nMESSAGE=line ${n}\n\n`;
const journal = (count: number) => Array.from({ length: count }, (_, index) => numbered(index + 1)).join('');

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The slices of a stream that comes in parts of this size; and whether it was malformed at last. */
async function cut(body: string | Buffer, size = 65_536, limits: Partial<Limits> = {}) {
	const given: Slice[] = [];
	let malformed: string | null = null;
	try {
		for await (const slice of slices(inParts(Buffer.from(body), size), limits)) given.push(slice);
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		malformed = error.message;
	}
	return { slices: given, malformed, bytes: Buffer.concat(given.map(({ bytes }) => bytes)) };
}

const messagesOf = (bytes: Buffer) => entriesAs('journald', bytes).map(({ message }) => message);

describe('an entry of the journal', () => {
	it('has its priority as level, and its identifier or unit as service', () => {
		const body = [
			'__CURSOR=s=1',
			'__REALTIME_TIMESTAMP=1714651200123456',
			'__MONOTONIC_TIMESTAMP=7',
			'PRIORITY=4',
			'_HOSTNAME=web-1',
			'SYSLOG_IDENTIFIER=shop',
			'_SYSTEMD_UNIT=shop.service',
			'_PID=42',
			'MESSAGE=a=b',
			'N=1',
			'N=2',
			'N=3',
			'',
			'_SYSTEMD_UNIT=cart.service',
			'MESSAGE=second'
		].join('\n');
		expect(entriesAs('journald', body)).toEqual([
			{
				time: 1714651200123,
				severity: 13,
				service: 'shop',
				host: 'web-1',
				message: 'a=b',
				trace_id: null,
				span_id: null,
				attributes: { _SYSTEMD_UNIT: 'shop.service', _PID: '42', N: ['1', '2', '3'], a: 'b' }
			},
			expect.objectContaining({ service: 'cart.service', message: 'second', time: null })
		]);
	});

	it('may have fields in binary, with line breaks or of no text', () => {
		const body = Buffer.concat([
			binary('MESSAGE', 'first\n\nMESSAGE=second\n'),
			binary('EMPTY', ''),
			binary('RAW', Buffer.from([0xff, 0x00, 0x0a])),
			Buffer.from('PRIORITY=3\n\n')
		]);
		expect(entriesAs('journald', body)).toMatchObject([
			{
				message: 'first\n\nMESSAGE=second\n',
				severity: 17,
				attributes: { EMPTY: '', RAW: '\ufffd\ufffd\n' }
			}
		]);
	});

	it('without a message has its fields for one', () => {
		expect(entriesAs('journald', 'A=1\n\n')).toMatchObject([{ message: '{"A":"1"}' }]);
	});
});

describe('a stream of the journal', () => {
	it.each([1, 7, 64, 65_536])('in parts of %d bytes gives the same slices', async (size) => {
		const body = Buffer.concat([
			Buffer.from(journal(5)),
			Buffer.from('\n\n__CURSOR=s=x\n'),
			binary('MESSAGE', 'two\nlines'),
			Buffer.from('\n'),
			Buffer.from(journal(3))
		]);
		const { slices, malformed, bytes } = await cut(body, size, { sliceLines: 4 });
		expect(malformed).toBe(null);
		expect(slices.map(({ lines }) => lines.map(({ id }) => id))).toEqual([
			['s=1', 's=2', 's=3', 's=4'],
			['s=5', 's=x', 's=1', 's=2'],
			['s=3']
		]);
		expect(messagesOf(bytes)).toHaveLength(9);
		for (const { bytes, lines } of slices)
			for (const [index, { start, id }] of lines.entries()) {
				const rest = entriesAs('journald', bytes.subarray(start));
				expect(rest).toHaveLength(lines.length - index);
				expect(bytes.toString('utf8', start)).toMatch(new RegExp(`^__CURSOR=${id}\n`));
			}
	});

	it('is cut by bytes as well, between entries', async () => {
		const { slices } = await cut(journal(100), 100, { sliceBytes: 1_000 });
		expect(slices.length).toBeGreaterThan(5);
		for (const { bytes } of slices) expect(bytes.length).toBeLessThan(1_000 + 100);
	});

	it('that ends with a field has a last entry; one that ends within a field is malformed', async () => {
		expect(messagesOf((await cut('MESSAGE=a\n\nMESSAGE=b\n')).bytes)).toEqual(['a', 'b']);
		for (const end of ['MESSAGE=b', 'MESSAGE', 'MESSAGE\n', 'MESSAGE\n\x02\0\0\0\0\0\0\0a']) {
			const { malformed, bytes } = await cut(`MESSAGE=a\n\n${end}`);
			expect([malformed, messagesOf(bytes)]).toEqual(['it is cut off within a field', ['a']]);
		}
	});

	it('loses no entry over a field that is too long, and keeps nothing of the rest', async () => {
		const limits = { fieldBytes: 100, entryBytes: 250 };
		const long = 'x'.repeat(10_000);
		const body = Buffer.concat([
			Buffer.from(`MESSAGE=${long}\nA=1\n\n`),
			binary('MESSAGE', long),
			Buffer.from('A=1\n\nMESSAGE=next\n'),
			...Array.from({ length: 50 }, (_, index) => binary(`FIELD_${index}`, 'y'.repeat(90))),
			Buffer.from('\n')
		]);
		const { malformed, bytes } = await cut(body, 999, limits);
		expect(malformed).toBe(null);
		expect(bytes.length).toBeLessThan(800);
		expect(entriesAs('journald', bytes)).toMatchObject([
			{ message: 'x'.repeat(92), attributes: { A: '1', truncated_bytes: 10_008 - 100 } },
			{ message: 'x'.repeat(100), attributes: { A: '1', truncated_bytes: 9_900 } },
			{ message: 'next', attributes: { FIELD_0: 'y'.repeat(90), truncated_bytes: expect.any(Number) } }
		]);
	});

	it('that claims a field of more than the journal has is malformed at once', async () => {
		const { malformed, bytes } = await cut(
			Buffer.concat([Buffer.from('MESSAGE=a\n\nX\n'), Buffer.alloc(8, 0xff), Buffer.alloc(1_000)])
		);
		expect(malformed).toMatch(/768 MiB/);
		expect(messagesOf(bytes)).toEqual(['a']);
	});

	it.each(['not a field\n', '\0\n', `${'A'.repeat(65)}\n`])('of %j is malformed', async (body) => {
		expect((await cut(body)).malformed).toMatch(/no field/);
	});

	it('of any bytes is bounded, and each slice of it can be decoded', async () => {
		const piece = fc.oneof(
			fc.constantFrom('A=1\n', 'MESSAGE\n', '\n', '=', '\x03\0\0\0\0\0\0\0abc\n', '\0\0\0\0\0\0\0\0\n'),
			fc.string({ unit: 'binary', maxLength: 12 })
		);
		const limits = { sliceBytes: 50, sliceLines: 3, fieldBytes: 20, entryBytes: 40 };
		await fc.assert(
			fc.asyncProperty(
				fc.array(piece, { maxLength: 60 }),
				fc.integer({ min: 1, max: 40 }),
				async (pieces, size) => {
					const { slices } = await cut(Buffer.from(pieces.join(''), 'latin1'), size, limits);
					for (const { bytes, lines } of slices) {
						expect(bytes.length).toBeLessThan(50 + 40 + 60);
						expect(entriesAs('journald', bytes)).toHaveLength(lines.length);
					}
				}
			),
			{ numRuns: 500 }
		);
	});

	it('of any bytes is decoded or refused', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
				const result = decodeAs('journald', bytes);
				expect('status' in result ? result.status : 400).toBe(400);
			}),
			{ numRuns: 500 }
		);
	});
});
