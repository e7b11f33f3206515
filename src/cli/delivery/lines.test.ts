import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lines, type Line } from './lines.ts';

/** The lines of these bytes if they arrive in pieces of these sizes. */
function linesOf(lines: Lines, bytes: Buffer, sizes: number[]): string[] {
	const found: string[] = [];
	const textsOf = (lines: Line[]) => lines.map(({ text }) => text);
	let at = 0;
	for (const size of sizes) {
		found.push(...textsOf(lines.push(bytes.subarray(at, at + size))));
		at += size;
	}
	return [...found, ...textsOf([...lines.push(bytes.subarray(at)), ...lines.end()])];
}

const sizes = fc.array(fc.nat(20), { maxLength: 30 });

test('however stdin is cut, the lines are the same', () => {
	const line = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll(/[\r\n]/g, ''));
	fc.assert(
		fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), sizes, (lines, feed, sizes) => {
			const bytes = Buffer.from(lines.map((line) => line + feed).join(''));
			expect(linesOf(new Lines(), bytes, sizes)).toEqual(lines);
		})
	);
});

test('a last line without its line end counts, at the end', () => {
	const lines = new Lines();
	expect([
		lines.push(Buffer.from('one\ntw')),
		lines.push(Buffer.from('o')),
		lines.end(),
		lines.end()
	]).toEqual([[{ text: 'one', from: 0, to: 4 }], [], [{ text: 'two', from: 4, to: 7 }], []]);
});

test('a line longer than what is kept comes in pieces, none of its characters split', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', minLength: 20 }), sizes, (text, sizes) => {
			const line = text.toWellFormed().replaceAll(/[\r\n]/g, '-');
			const pieces = linesOf(new Lines(16), Buffer.from(`${line}\n`), sizes);
			expect(pieces.join('')).toBe(line);
			expect(pieces.every((piece) => Buffer.byteLength(piece) <= 16)).toBe(true);
		})
	);
});

test('offsets count bytes: the lines lie one behind the other, and each at its place', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), sizes, fc.nat(1000), (bytes, sizes, from) => {
			const lines = new Lines(16, from);
			const found = sizes.flatMap((size, index) => {
				const at = sizes.slice(0, index).reduce((sum, more) => sum + more, 0);
				return lines.push(bytes.subarray(at, at + size));
			});
			found.push(...lines.push(bytes.subarray(sizes.reduce((sum, more) => sum + more, 0))), ...lines.end());
			let at = from;
			for (const line of found) {
				expect(line.from).toBe(at);
				const text = Buffer.from(bytes.subarray(line.from - from, line.to - from)).toString();
				expect(text.replace(/\r?\n$/, '').replace(/\r$/, '')).toBe(line.text.replace(/\r$/, ''));
				at = line.to;
			}
			expect(at).toBe(from + bytes.length);
		})
	);
});
