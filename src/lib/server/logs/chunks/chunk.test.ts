import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as chunk from './chunk.ts';
import { CorruptChunk } from './bytes.ts';
import type { ChunkLine } from './line.ts';

const received = Date.parse('2026-11-28T12:00:00Z');

const text = fc.string({ unit: 'grapheme' });
const id = fc.oneof(
	fc.constant(null),
	text,
	fc.stringMatching(/^[\da-f]{32}$/),
	fc.stringMatching(/^[\da-f]{16}$/),
	fc.stringMatching(/^[\dA-Fa-f]{1,9}$/)
);
const anyLine: fc.Arbitrary<Omit<ChunkLine, 'received_at'>> = fc.record({
	time: fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') }),
	severity: fc.integer({ min: 1, max: 24 }),
	service: fc.oneof(fc.constantFrom('api', 'web', ''), text),
	host: fc.oneof(fc.constantFrom(null, 'web-1', ''), text),
	message: fc.oneof(text, fc.constant('\u0130\u212a 😀 \u001b[31mred')),
	attributes: fc.constantFrom(
		'{}',
		'{"a":1.0}',
		'{"n":9223372036854775807,"x":0.0033208349999999998}',
		'{"é":"ü"}'
	),
	trace_id: id,
	span_id: id
});

/** Lines that were received in their order, and how long apart in ms. */
function lines(min: number, max: number): fc.Arbitrary<ChunkLine[]> {
	const waits = fc.constantFrom(0, 0, 0, 1, 61_000);
	return fc.array(fc.tuple(anyLine, waits), { minLength: min, maxLength: max }).map((drawn) => {
		let at = received;
		return drawn.map(([line, wait]) => ({ ...line, received_at: (at += wait) }));
	});
}

async function stored(these: readonly ChunkLine[], level: 1 | 3 = 1): Promise<chunk.StoredChunk> {
	return { ...(await chunk.encode(these, level)), receivedAt: these[0]?.received_at ?? received };
}

describe('what is encoded', () => {
	test('is decoded, line by line and digit for digit, in both formats', async () => {
		const property = fc.asyncProperty(
			lines(1, 80),
			fc.constantFrom(1 as const, 3 as const),
			async (these, level) => {
				expect(await chunk.decode(await stored(these, level))).toEqual(these);
			}
		);
		await fc.assert(property, { numRuns: 300 });
	});

	test('takes the format that fits how many lines there are, and how long they are', async () => {
		const [line] = fc.sample(lines(1, 1), 1)[0] as [ChunkLine];
		expect((await chunk.encode(Array(31).fill(line), 1)).format).toBe(0);
		expect((await chunk.encode(Array(32).fill(line), 1)).format).toBe(1);
		const long = { ...line, message: 'x'.repeat(20_000) };
		expect((await chunk.encode([long], 1)).format).toBe(1);
	});

	test('is received when the row says, whose clock may have been moved on', async () => {
		const these = fc.sample(lines(40, 40), 1)[0] as ChunkLine[];
		const moved = { ...(await stored(these)), receivedAt: received + 5_000 };
		const [first] = these as [ChunkLine];
		expect((await chunk.decode(moved)).map(({ received_at, time }) => [received_at, time])).toEqual(
			these.map(({ received_at, time }) => [received_at - first.received_at + received + 5_000, time])
		);
	});
});

test('a row says what its lines have: times, levels, services, sizes', async () => {
	const line: ChunkLine = {
		time: received - 5,
		received_at: received,
		severity: 9,
		service: 'api',
		host: null,
		message: 'hello',
		attributes: '{"a":1}',
		trace_id: null,
		span_id: null
	};
	const other = { ...line, time: received - 9, severity: 17, service: 'web', host: 'web-1' };
	expect(await chunk.encode([line, other, line], 1)).toMatchObject({
		lines: 3,
		bytes: 3 * (5 + 7 + 3) + 5,
		timeFrom: received - 9,
		timeTo: received - 5,
		severities: 0b010100,
		services: ['api', 'web']
	});
});

describe('lines are cut', () => {
	test('into chunks of at most 8,192', () => {
		const [line] = fc.sample(lines(1, 1), 1)[0] as [ChunkLine];
		const runs = chunk.cut(Array(20_000).fill(line));
		expect(runs.map(({ length }) => length)).toEqual([8_192, 8_192, 3_616]);
	});

	test('before they exceed 4 MiB, whatever a single line has', () => {
		const [line] = fc.sample(lines(1, 1), 1)[0] as [ChunkLine];
		const large = { ...line, message: 'x'.repeat(3 * 1024 * 1024) };
		expect(chunk.cut([large, line, large]).map(({ length }) => length)).toEqual([2, 1]);
	});
});

describe('a damaged chunk is refused', () => {
	test('or gives the lines it had, never others, wherever a byte was changed, added or lost', async () => {
		const these = fc.sample(lines(40, 40), 1)[0] as ChunkLine[];
		const whole = await stored(these);
		const place = fc.constantFrom('head' as const, 'messages' as const, 'attributes' as const);
		const damage = fc.constantFrom(changed, lost, added);
		let refused = 0;
		const property = fc.asyncProperty(place, damage, fc.nat(), async (blob, damaged, at) => {
			const bytes = whole[blob] as Buffer;
			const read = chunk.decode({ ...whole, [blob]: damaged(bytes, at % bytes.length) });
			const got = await read.catch((error: unknown) => error);
			refused += Number(got instanceof CorruptChunk);
			if (!(got instanceof CorruptChunk)) expect(got).toEqual(these);
		});
		await fc.assert(property, { numRuns: 300 });
		expect(refused).toBeGreaterThan(150);
	});

	test('if it is of an unknown format, lacks a column or has another number of lines', async () => {
		const whole = await stored(fc.sample(lines(40, 40), 1)[0] as ChunkLine[]);
		for (const wrong of [{ format: 2 }, { messages: null }, { lines: 39 }, { head: Buffer.alloc(0) }]) {
			await expect(chunk.decode({ ...whole, ...wrong })).rejects.toThrow(CorruptChunk);
		}
		const few = await stored(fc.sample(lines(3, 3), 1)[0] as ChunkLine[]);
		await expect(chunk.decode({ ...few, format: 0, head: Buffer.from('[{]') })).rejects.toThrow(CorruptChunk);
	});
});

function changed(bytes: Buffer, at: number): Buffer {
	const copy = Buffer.from(bytes);
	copy[at] = (copy[at] as number) ^ 0x55;
	return copy;
}

const lost = (bytes: Buffer, at: number): Buffer => bytes.subarray(0, at);

const added = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes, Buffer.of(at & 255)]);
