import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as json from './json.ts';

describe('parsing', () => {
	it.each([
		['{"id":12345678901234567890}', { id: '12345678901234567890' }],
		['{"id":-9007199254740993}', { id: '-9007199254740993' }],
		['[ 1700000000123456789 ]', ['1700000000123456789']],
		['12345678901234567890', '12345678901234567890'],
		['{"a":1e999,"b":-2.5E400}', { a: '1e999', b: '-2.5E400' }],
		[`[${'9'.repeat(400)}]`, ['9'.repeat(400)]]
	])('keeps what a double cannot hold as text: %s', (source, value) => {
		expect(json.parse(source)).toEqual(value);
	});

	it.each([
		'[9007199254740991, 1700000000123456, 1e100, 12345678901234567.5, 0.12345678901234567890]',
		'{"a":"[12345678901234567890]","b":"\\", 12345678901234567890, ","12345678901234567890":"x"}',
		'["\\\\", ": 12345678901234567890,", "\\\\\\"", " 1e999 "]'
	])('leaves other numbers, and all text, alone: %s', (source) => {
		expect(json.parse(source)).toEqual(JSON.parse(source));
	});

	it('tells a large number behind a text from one within it', () => {
		const source = '{"a":" 12345678901234567890 ,","b":12345678901234567890,"c":"[12345678901234567890]"}';
		expect(json.parse(source)).toEqual({
			a: ' 12345678901234567890 ,',
			b: '12345678901234567890',
			c: '[12345678901234567890]'
		});
	});

	it('throws a SyntaxError for what is no JSON', () => {
		for (const source of [
			'',
			'{',
			'{"a":12345678901234567890',
			'[12345678901234567890x]',
			'{"a":01234567890123456789}'
		]) {
			expect(() => json.parse(source)).toThrow(SyntaxError);
		}
	});

	it('goes 10,000 levels deep and no further, whatever brackets stand in texts', () => {
		const nest = (levels: number) => `${'[{"a]]":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
		expect(json.stringify(json.parse(nest(json.depthLimit)))).toBe(nest(json.depthLimit));
		expect(() => json.parse(nest(json.depthLimit + 2))).toThrow('nested more than 10000 levels deep');
		expect(json.parse(`"${'['.repeat(20_000)}"`)).toHaveLength(20_000);
		expect(json.parse(`[${'[],'.repeat(20_000)}[]]`)).toHaveLength(20_001);
	});

	it('agrees with JSON.parse on all but integers beyond 2^53', () => {
		const exact = (_key: string, value: unknown, context?: { source?: string }) =>
			typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') && !Number.isSafeInteger(value)
				? context?.source
				: value;
		fc.assert(
			fc.property(fc.json(), fc.constantFrom(undefined, 1), (source, indent) => {
				const spaced = JSON.stringify(JSON.parse(source), null, indent);
				expect(json.parse(spaced)).toEqual(JSON.parse(spaced, exact));
			})
		);
	});
});

describe('writing', () => {
	it('replaces escaped U+0000 and lone surrogates in keys and values, not text that looks like them', () => {
		const value = { 'a\0': 'b\ud800', c: '\\u0000 \\\\ud800', d: ['\udfff', '🌊'] };
		expect(JSON.parse(json.stringify(value))).toEqual({
			'a\ufffd': 'b\ufffd',
			c: '\\u0000 \\\\ud800',
			d: ['\ufffd', '🌊']
		});
	});

	it('stores numbers that jsonb would write out with hundreds of digits as text', () => {
		const stored = json.stringifyForStorage({ a: 1e308, b: 5e-324, c: 6.02e23, d: 1.5, e: '1e+308', f: 0 });
		expect(JSON.parse(stored)).toEqual({ a: '1e+308', b: '5e-324', c: 6.02e23, d: 1.5, e: '1e+308', f: 0 });
	});

	it('writes any depth as JSON.stringify writes less', () => {
		const depth = 100_000;
		const source = '[{"a":1,"b":['.repeat(depth) + '"x",null' + ']},true]'.repeat(depth);
		expect(json.stringify(JSON.parse(source))).toBe(source);
	});
});

it('depth counts objects and arrays', () => {
	expect(json.isDeeper('x', 0)).toBe(false);
	expect(json.isDeeper({}, 0)).toBe(true);
	expect(json.isDeeper({}, 1)).toBe(false);
	expect(json.isDeeper({ a: 1, b: [[]] }, 2)).toBe(true);
	expect(json.isDeeper({ a: 1, b: [[]] }, 3)).toBe(false);
	expect(json.isDeeper(JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)), 32)).toBe(true);
});
