import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SyslogFraming } from './framing.ts';

/** All frames of a connection on which these arrived. */
function frames(chunks: (string | Buffer)[]): string[] {
	const framing = new SyslogFraming();
	const found = chunks.flatMap((chunk) => framing.push(Buffer.from(chunk)).map(String));
	return [...found, ...framing.end().map(String)];
}

const line = (text: string) => `<13>Feb  5 17:32:18 web-1 b: ${text}`;
const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

test('lines end with LF, CR LF or NUL, and empty ones are nothing', () => {
	expect(frames([`${line('a')}\n\n${line('b')}\r\n${line('c')}\0${line('d')}\n\0\n`])).toEqual(
		['a', 'b', 'c', 'd'].map(line)
	);
});

test('a count says how long a message is, whatever is in it', () => {
	const some = [line('two\nlines'), line('Grüße 🌊'), line('')];
	expect(frames([some.map(counted).join('')])).toEqual(some);
	expect(frames([...some.map(counted).join('')])).toEqual(some);
});

test('both framings, JSON and text on one connection', () => {
	expect(frames([`${counted(line('a'))}${line('b')}\n{"msg":1}\n12 monkeys\n2026-11-01 text\n9\n`])).toEqual([
		line('a'),
		line('b'),
		'{"msg":1}',
		'12 monkeys',
		'2026-11-01 text',
		'9'
	]);
});

test('a wrong count costs no more than its neighbour', () => {
	const [a, b, c] = ['zwölf', 'b', 'c'].map(line) as [string, string, string];
	expect(frames([`${a.length} ${a}${counted(b)}${counted(c)}`])).toEqual([a.slice(0, -1), 'f', b, c]);
});

test('without a delimiter a message ends where the next begins a chunk, and at the end', () => {
	expect(frames([line('a'), line('b'), line('c')])).toEqual(['a', 'b', 'c'].map(line));
	expect(frames([line('a') + line('b') + line('c')])).toEqual(['a', 'b', 'c'].map(line));
	expect(frames([`${line('quotes <13>Feb  5 17:32:18 x')}\n`])).toEqual([
		line('quotes <13>Feb  5 17:32:18 x')
	]);
});

test('a line of any length comes back in one piece from 10,000 fragments', () => {
	const long = line('x'.repeat(100_000));
	const framing = new SyslogFraming();
	const found: Buffer[] = [];
	for (let at = 0; at <= long.length; at += 10)
		found.push(...framing.push(Buffer.from(long.slice(at, at + 10))));
	expect(framing.unfinished).toBe(long.length);
	expect([...found, ...framing.push(Buffer.from('\n'))].map(String)).toEqual([long]);
	expect(framing.unfinished).toBe(0);
});

test.each([
	['lines', (text: string) => `${text}\n`],
	['counts', counted]
])('too long a frame is cut, and the next is whole: %s', (_, framed) => {
	const long = line('x'.repeat(300_000));
	const sent = Buffer.from(framed(long) + framed(line('next')));
	for (const size of [sent.length, 64 * 1024, 1000]) {
		const framing = new SyslogFraming();
		const found: string[] = [];
		for (let at = 0; at < sent.length; at += size) {
			found.push(...framing.push(sent.subarray(at, at + size)).map(String));
			expect(framing.unfinished).toBeLessThanOrEqual(256 * 1024 + size);
		}
		expect(found).toEqual([long.slice(0, 256 * 1024), line('next')]);
		expect([framing.takeCut(), framing.takeCut()]).toEqual([1, 0]);
	}
});

test('frames do not depend on how the bytes were cut', () => {
	const text = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\n\r\0]/g, ''));
	const check = fc.property(
		fc.array(text),
		fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
		(texts, sizes) => {
			const some = texts.map(line);
			const bytes = Buffer.from(some.map((text, n) => (n % 2 ? counted(text) : `${text}\n`)).join(''));
			const chunks: Buffer[] = [];
			for (let at = 0, n = 0; at < bytes.length; n += 1) {
				const size = sizes[n % sizes.length] ?? 1;
				chunks.push(bytes.subarray(at, at + size));
				at += size;
			}
			expect(frames(chunks)).toEqual(some);
		}
	);
	fc.assert(check);
});

test('any bytes are bounded, and never an error', () => {
	const piece = fc.oneof(
		fc.uint8Array({ maxLength: 200 }),
		fc.constantFrom('9 <1>', '<13>1 - ', '\n', '99999 <', '{', '\0')
	);
	const check = fc.property(fc.array(piece), (pieces) => {
		const chunks = pieces.map((piece) => Buffer.from(piece as string));
		const framing = new SyslogFraming();
		const found = chunks.flatMap((chunk) => framing.push(chunk));
		found.push(...framing.end());
		expect(Buffer.concat(found).length).toBeLessThanOrEqual(Buffer.concat(chunks).length);
	});
	fc.assert(check);
});
