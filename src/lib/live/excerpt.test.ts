import { expect, test } from 'vitest';
import * as excerpt from './excerpt.ts';

test('a message shows its first line that says something, with its indentation', () => {
	expect(excerpt.of('\n \r\n\n  first\nsecond\n', false)).toEqual({ text: '  first ↵ second', left: 0 });
	expect(excerpt.of('\n\n  first\nsecond\n', true)).toEqual({ text: '  first\nsecond', left: 0 });
	expect(excerpt.of('  first', false).text).toBe('  first');
});

test('a message of nothing but blanks shows nothing', () => {
	expect(excerpt.of('\n \n', true)).toEqual({ text: '', left: 0 });
});

test('what is left out is counted', () => {
	expect(excerpt.of(`${'x'.repeat(2_005)}\n`, true)).toEqual({ text: 'x'.repeat(2_000), left: 5 });
});
