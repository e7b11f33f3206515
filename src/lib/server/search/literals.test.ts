import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as regex from '../../log/regex.ts';
import { literalOf } from './literals.ts';

/** A part of a pattern beside a text that it matches. */
interface Part {
	source: string;
	text: string;
}

const matches = (pattern: string, insensitive = false) => ({
	kind: 'matches' as const,
	field: 'message',
	position: 0,
	length: 1,
	patternAt: 0,
	pattern,
	insensitive
});

const plain = fc
	.stringMatching(/^[a-zA-Z0-9 _=:,;"'<>@#%&~`!/-]{1,6}$/)
	.map((text) => ({ source: text, text }));
const escaped = fc.constantFrom(...'.*+?()[]{}|^$\\/-"').map((text) => ({ source: `\\${text}`, text }));
const odd: fc.Arbitrary<Part> = fc.constantFrom(
	{ source: '.', text: 'x' },
	{ source: '\\d', text: '7' },
	{ source: '\\w+', text: 'abc' },
	{ source: '\\s', text: ' ' },
	{ source: '\\pL', text: 'e' },
	{ source: '\\p{Greek}', text: 'σ' },
	{ source: '\\x41', text: 'A' },
	{ source: '\\x{1F600}', text: '😀' },
	{ source: '\\101', text: 'A' },
	{ source: '\\0', text: '\0' },
	{ source: '\\012', text: '\n' },
	{ source: '\\n', text: '\n' },
	{ source: '\\Qa.b*\\E', text: 'a.b*' },
	{ source: '(?i)', text: '' },
	{ source: '(?i:key)', text: 'KEY' },
	{ source: '(?P<name>ab)', text: 'ab' },
	{ source: '[a-f]', text: 'c' },
	{ source: '[]x]', text: ']' },
	{ source: '[^]x]', text: 'q' },
	{ source: '[[:alpha:](]', text: '(' },
	{ source: '[\\]|]', text: '|' },
	{ source: '\\b', text: '' },
	{ source: 'é', text: 'é' },
	{ source: '😀', text: '😀' },
	{ source: '{', text: '{' },
	{ source: '{,5}', text: '{,5}' },
	{ source: '}', text: '}' },
	{ source: ']', text: ']' }
);

const { pattern: patterns } = fc.letrec<{ pattern: Part; sequence: Part; piece: Part; atom: Part }>(
	(tie) => ({
		atom: fc.oneof(
			{ maxDepth: 3 },
			{ weight: 6, arbitrary: plain },
			{ weight: 2, arbitrary: escaped },
			{ weight: 3, arbitrary: odd },
			{ weight: 1, arbitrary: tie('pattern').map(({ source, text }) => ({ source: `(${source})`, text })) },
			{ weight: 1, arbitrary: tie('pattern').map(({ source, text }) => ({ source: `(?:${source})`, text })) }
		),
		piece: fc
			.tuple(tie('atom'), fc.constantFrom('', '', '', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{0}'))
			.map(repeated),
		sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => ({
			source: pieces.map(({ source }) => source).join(''),
			text: pieces.map(({ text }) => text).join('')
		})),
		pattern: fc.oneof(
			{ weight: 5, arbitrary: tie('sequence') },
			{
				weight: 1,
				arbitrary: fc.tuple(tie('sequence'), tie('sequence'), fc.boolean()).map(([one, other, isFirst]) => ({
					source: `${one.source}|${other.source}`,
					text: (isFirst ? one : other).text
				}))
			}
		)
	})
);

/** Only the last character of some plain ones is repeated. */
function repeated([{ source, text }, operator]: [Part, string]): Part {
	if (operator === '') return { source, text };
	const isPlain = source === text;
	const [before, last] = isPlain ? [text.slice(0, -1), text.slice(-1)] : ['', text];
	const isOmitted = /^(\*|\?|\{0)/.test(operator);
	const times = isOmitted ? 0 : operator === '{2}' ? 2 : 1;
	return { source: source + operator, text: before + last.repeat(times) };
}

test('whatever a regular expression matches contains its literal', () => {
	let matching = 0;
	const context = fc.constantFrom('', 'a', 'é ', 'zz');
	fc.assert(
		fc.property(patterns, fc.boolean(), context, ({ source, text }, insensitive, around) => {
			const term = matches(source, insensitive);
			const compiled = regex.compile(term, 100_000);
			const written = around + (insensitive ? text.toUpperCase() : text) + around;
			if (!compiled.ok || !compiled.test(written)) return;
			matching++;
			expect(written.toLowerCase()).toContain(literalOf(term).toLowerCase());
		}),
		{ numRuns: 50_000 }
	);
	expect(matching).toBeGreaterThan(25_000);
});

test.each([
	['user \\d+ failed', ' failed'],
	['GET /api/(users|orders)/\\d+ 500', 'GET /api/'],
	['a\\.b\\.c', 'a.b.c'],
	['colou?r', 'colo'],
	['one|other', ''],
	['(one|other)', ''],
	['\\101', '']
])('of /%s/ the literal is "%s"', (pattern, literal) => {
	expect(literalOf(matches(pattern))).toBe(literal);
});

test('a letter that is one with a character outside of ASCII ends a literal that ignores case', () => {
	expect(literalOf(matches('token', true))).toBe('to');
	expect(literalOf(matches('token'))).toBe('token');
});
