import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as predicate from '../../../log/predicate.ts';
import * as sequences from '../../../log/sequences.ts';
import * as grams from './grams.ts';
import { Line, type ChunkLine } from './line.ts';

function line(message: string, attributes = '{}'): ChunkLine {
	const nothing = { host: null, trace_id: null, span_id: null };
	return { time: 0, received_at: 0, severity: 9, service: 'api', message, attributes, ...nothing };
}

/** Texts with what is hard about case: dotted and dotless i, the Kelvin sign, sharp s, final sigma, pairs of surrogates. */
const hard = fc.constantFrom(
	'\u0130',
	'\u212a',
	'ß',
	'ẞ',
	'Σ',
	'ς',
	'σ',
	'ﬀ',
	'😀',
	'\u001b[31m',
	'\u001b[0m',
	'A',
	' '
);
const text = fc
	.array(fc.oneof(hard, fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 12 })
	.map((parts) => parts.join(''));

/** A message and a text that it has, perhaps in capitals or with escape sequences within. */
const needled = fc
	.record({ before: text, needle: text, after: text, isUpper: fc.boolean() })
	.map(({ before, needle, after, isUpper }) => ({
		needle: sequences.strip(needle),
		message: before + (isUpper ? needle.toUpperCase() : needle) + after
	}));

test('a chunk is never left out for any of 100,000 texts that its messages have', () => {
	const [chunks, lines] = [3_000, 50];
	let matching = 0;
	fc.assert(
		fc.property(fc.array(needled, { minLength: lines, maxLength: lines, size: 'max' }), (drawn) => {
			const filter = grams.build(drawn.map(({ message }) => line(message)));
			for (const { needle, message } of drawn) {
				const compiled = predicate.compile({ kind: 'contains', text: needle, position: 0, length: 1 });
				if (!compiled.ok || !compiled.matches(new Line(1, line(message)).entry)) continue;
				matching++;
				if (!grams.mayHave(filter, grams.hashesOf(needle))) expect.fail(JSON.stringify({ needle, message }));
			}
		}),
		{ numRuns: chunks }
	);
	expect(matching).toBeGreaterThan(100_000);
});

test('a chunk is never left out for a text that its attributes have', () => {
	fc.assert(
		fc.property(text, text, (name, value) => {
			const attributes = JSON.stringify({ [name]: value });
			const filter = grams.build([line('m', attributes)]);
			expect(grams.mayHave(filter, grams.hashesOf(attributes.slice(1, -1)))).toBe(true);
		}),
		{ numRuns: 2_000 }
	);
});

test('a text without a run of four bytes leaves out nothing', () => {
	expect(grams.hashesOf('abc')).toEqual([]);
	expect(grams.mayHave(grams.build([line('')]), [])).toBe(true);
});

test('escape sequences within a word do not hide it', () => {
	const filter = grams.build([line('con\u001b[31mnect\u001b[0mion refused')]);
	expect(grams.mayHave(filter, grams.hashesOf('Connection Refused'))).toBe(true);
});

test('a filter is as small as its text allows, and leaves out nearly all that it does not have', () => {
	const few = grams.build([line('hello')]);
	expect(few.length).toBe(128);
	const lines = Array.from({ length: 8_192 }, (_, n) =>
		line(`request ${n} of user ${(n * 7_919) % 100_000} took ${n % 977} ms`)
	);
	const filter = grams.build(lines);
	expect(filter.length).toBeLessThanOrEqual(32 * 1024);
	const absent = Array.from({ length: 1_000 }, (_, n) => `absent${n * 31}word`);
	const kept = absent.filter((word) => grams.mayHave(filter, grams.hashesOf(word)));
	expect(kept.length).toBeLessThan(10);
});
