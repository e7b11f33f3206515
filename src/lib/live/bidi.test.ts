import { expect, test } from 'vitest';
import * as bidi from './bidi.ts';

test.each(['GET / 200', 'naïve café', '日本語のログ', '👩🏽‍💻 ✓', 'Ελληνικά', 'кириллица'])(
	'%s is plain',
	(text) => {
		expect(bidi.isPlain(text)).toBe(true);
	}
);

test.each(['שגיאה', 'خطأ', 'a\u202eb', 'a\u2067b', '\u{1e900}'])('%j is not plain', (text) => {
	expect(bidi.isPlain(text)).toBe(false);
});

test('a text is cut at what would reorder it, and nothing of it is lost', () => {
	expect(bidi.parts('user \u202enimda\u202c!')).toEqual([
		{ text: 'user ', name: null },
		{ text: '\u202e', name: 'RLO' },
		{ text: 'nimda', name: null },
		{ text: '\u202c', name: 'PDF' },
		{ text: '!', name: null }
	]);
});

test('marks of well-written text stay in it', () => {
	expect(bidi.parts('\u2068שלום\u2069, \u200fA')).toEqual([
		{ text: '\u2068שלום\u2069, \u200fA', name: null }
	]);
});

test('a name from right to left is isolated, and one from left to right stays as it is', () => {
	expect(['web', 'שלום', 'a\u202eb'].map(bidi.isolate)).toEqual([
		'web',
		'\u2068שלום\u2069',
		'\u2068ab\u2069'
	]);
});
