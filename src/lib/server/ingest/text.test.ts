import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as text from './text.ts';

describe('the text of a body', () => {
	it('is UTF-8 when nothing else is said', () => {
		expect(text.read(Buffer.from('grüße 🌊'), null)).toBe('grüße 🌊');
		expect(text.read(Buffer.from('grüße'), 'text/plain; charset=UTF-8')).toBe('grüße');
	});

	it('has U+FFFD where it is not UTF-8', () => {
		expect(text.read(Buffer.from([0x61, 0xff, 0x62]), 'application/json')).toBe('a\ufffdb');
	});

	it('loses its byte order mark', () => {
		expect(text.read(Buffer.from('\ufeffhello'), null)).toBe('hello');
		expect(text.read(Buffer.from('\ufeffhello'), 'text/plain; charset=iso-8859-1')).toBe('hello');
	});

	it('may be UTF-16, told by the mark or by the charset', () => {
		const little = Buffer.from('grüße 🌊', 'utf16le');
		const big = Buffer.from(little).swap16();
		expect(text.read(Buffer.concat([Buffer.from([0xff, 0xfe]), little]), null)).toBe('grüße 🌊');
		expect(text.read(Buffer.concat([Buffer.from([0xfe, 0xff]), big]), null)).toBe('grüße 🌊');
		expect(text.read(little, 'text/plain; charset=utf-16')).toBe('grüße 🌊');
		expect(text.read(little, 'text/plain;charset="utf-16le"')).toBe('grüße 🌊');
		expect(text.read(big, 'text/plain; CHARSET=UTF-16BE')).toBe('grüße 🌊');
	});

	it('may be Latin-1', () => {
		expect(text.read(Buffer.from('grüße', 'latin1'), 'text/plain; charset=ISO-8859-1')).toBe('grüße');
	});

	it('is UTF-8 when its charset is unknown', () => {
		expect(text.read(Buffer.from('grüße'), 'text/plain; charset=klingon')).toBe('grüße');
	});
});

it('U+0000 and lone surrogates become U+FFFD, pairs stay', () => {
	expect(text.clean('a\0b\ud800c\udfffd🌊')).toBe('a\ufffdb\ufffdc\ufffdd🌊');
});

it('a cut does not split a surrogate pair', () => {
	expect(text.cut('abc', 3)).toBe('abc');
	expect(text.cut('abcd', 3)).toBe('abc');
	expect(text.cut('ab🌊', 3)).toBe('ab');
	expect(text.cut('ab🌊', 4)).toBe('ab🌊');
});

it('a cut in bytes keeps whole characters, as many as fit, and counts the rest', () => {
	expect(text.cutBytes('aé🌊', 7)).toEqual({ text: 'aé🌊', lost: 0 });
	expect(text.cutBytes('aé🌊', 6)).toEqual({ text: 'aé', lost: 4 });
	expect(text.cutBytes('aé🌊', 2)).toEqual({ text: 'a', lost: 6 });
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (whole, limit) => {
			const { text: kept, lost } = text.cutBytes(whole, limit);
			expect(whole.startsWith(kept)).toBe(true);
			expect(Buffer.byteLength(kept) + lost).toBe(Buffer.byteLength(whole));
			expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(limit);
			if (lost > 0) expect(Buffer.byteLength(kept)).toBeGreaterThan(limit - 4);
		})
	);
});
