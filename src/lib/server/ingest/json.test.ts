import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as json from './json.ts';

describe('parsing', () => {
	it.each([
		'{"id":12345678901234567890}',
		'{"a":9223372036854775807,"b":-9007199254740993}',
		'[1700000000123456789]',
		'12345678901234567890',
		'{"a":1e999,"b":-2.5E400,"c":1e3}',
		`[${'9'.repeat(400)}]`,
		'{"a":1.0,"b":0.0033208349999999998,"c":-0,"d":10.50,"e":0.0}',
		'[9007199254740991,1700000000123456,1e100,12345678901234567.5,0.12345678901234567890]',
		'{"a":"[12345678901234567890]","b":"\\", 1.0, ","12345678901234567890":"x","c":1.0}'
	])('keeps the digits of every number: %s', (source) => {
		expect(json.stringify(json.parse(source))).toBe(source);
	});

	it('tells a number from text that looks like one', () => {
		const source = '{"a":" 12345678901234567890 ,","b":1.0,"c":"[1.0]","d":": 1e3,"}';
		expect(json.parse(source)).toEqual({
			a: ' 12345678901234567890 ,',
			b: '\u00001.0',
			c: '[1.0]',
			d: ': 1e3,'
		});
	});

	it.each([
		['1.0', 1],
		['1e3', 1000],
		['1732800000123456789', '1732800000123456789'],
		['1e999', '1e999'],
		['12.5', 12.5],
		['"1.0"', '1.0']
	])('gives a number where one is read, or its digits where a double cannot hold it: %s', (source, value) => {
		expect(json.plain(json.parse(source))).toBe(value);
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

	it('agrees with JSON.parse, however the text is spaced, on all but digits', () => {
		fc.assert(
			fc.property(fc.json(), fc.constantFrom(undefined, 1), (source, indent) => {
				const spaced = JSON.stringify(JSON.parse(source), null, indent);
				expect(JSON.parse(JSON.stringify(json.parse(spaced)))).toEqual(JSON.parse(spaced));
			})
		);
	});

	it('writes every number as it came, whatever it is and wherever it stands', () => {
		const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/);
		fc.assert(
			fc.property(fc.array(digits, { minLength: 1 }), (numbers) => {
				const source = `{${numbers.map((number, index) => `"k${index}":[{"n":${number}}]`).join(',')}}`;
				expect(json.stringify(json.parse(source))).toBe(source);
			}),
			{ numRuns: 1_000 }
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
