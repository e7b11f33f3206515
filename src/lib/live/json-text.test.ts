import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as jsonText from './json-text.ts';

test('any JSON is laid out as JSON.stringify does', () => {
	fc.assert(
		fc.property(fc.json(), (json) => {
			const compact = JSON.stringify(JSON.parse(json));
			expect(jsonText.indent(compact)).toBe(JSON.stringify(JSON.parse(compact), null, 2));
		})
	);
});

test('numbers keep their digits', () => {
	expect(jsonText.indent('{"a":1.0,"b":[9223372036854775807,1e3]}')).toBe(
		'{\n  "a": 1.0,\n  "b": [\n    9223372036854775807,\n    1e3\n  ]\n}'
	);
});

test('as a tree it has the same lines', () => {
	const flat = (lines: readonly jsonText.Line[]): string[] =>
		lines.flatMap((line) =>
			typeof line === 'string' ? [line] : [line.head, ...flat(line.lines), line.tail]
		);
	fc.assert(
		fc.property(fc.json(), (json) => {
			const compact = JSON.stringify(JSON.parse(json));
			expect(flat(jsonText.tree(compact)).join('\n')).toBe(jsonText.indent(compact));
		})
	);
	expect(jsonText.tree('{"a":{"b":[1]},"c":{}}')).toEqual([
		{
			head: '{',
			lines: [
				{
					head: '  "a": {',
					lines: [{ head: '    "b": [', lines: ['      1'], tail: '    ]' }],
					tail: '  },'
				},
				'  "c": {}'
			],
			tail: '}'
		}
	]);
});
