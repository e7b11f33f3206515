import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ansi from './ansi.ts';

const esc = '\x1b[';

describe('runs', () => {
	test('plain text is one run', () => {
		expect(ansi.runs('hello <b>')).toEqual([{ text: 'hello <b>', style: '' }]);
	});

	test('colours and decorations become class names', () => {
		expect(ansi.runs(`${esc}1;32mok${esc}0m done`)).toEqual([
			{ text: 'ok', style: 'ansi-green-fg ansi-bold' },
			{ text: ' done', style: '' }
		]);
	});

	test.each([
		[`${esc}38;5;196mx`, 'ansi-bright-red-fg'],
		[`${esc}38;5;244mx`, 'ansi-bright-black-fg'],
		[`${esc}38;2;20;160;30mx`, 'ansi-green-fg'],
		[`${esc}48;2;0;0;0mx`, 'ansi-black-bg']
	])('%j is shown in the nearest of sixteen colours', (text, style) => {
		expect(ansi.runs(text)).toEqual([{ text: 'x', style }]);
	});

	test.each([
		['cursor movement', `${esc}2Ka${esc}1;1Hb`, 'ab'],
		['private modes', `${esc}?25lab`, 'ab'],
		['a window title', '\x1b]0;secret\x07ab', 'ab'],
		['a link', '\x1b]8;;https://example.com\x1b\\ab\x1b]8;;\x1b\\', 'ab'],
		['a device string', '\x1bPq#0\x1b\\ab', 'ab'],
		['an escape at the end', 'ab\x1b', 'ab'],
		['a sequence cut off', `ab${esc}3`, 'ab']
	])('leaves out %s', (_, text, shown) => {
		expect(ansi.strip(text)).toBe(shown);
		expect(ansi.runs(text).map((run) => run.text)).toEqual([shown]);
	});

	test.each([
		['plain', 'see https://example.com/a.', 'https://example.com/a'],
		['in brackets', '(https://example.com/a_(b))', 'https://example.com/a_(b)'],
		['across colours', `${esc}1mhttps://${esc}0mexample.com/x y`, 'https://example.com/x'],
		['of OSC 8', '\x1b]8;id=1;https://example.com/a\x1b\\here\x1b]8;;\x1b\\', 'https://example.com/a']
	])('a link, %s, leads to the web', (_, text, href) => {
		const linked = ansi.runs(text).filter((run) => run.href !== undefined);
		expect(new Set(linked.map((run) => run.href))).toEqual(new Set([href]));
	});

	test.each([
		'javascript:alert(1)',
		'data:text/html,x',
		'file:///etc/passwd',
		'ftp://example.com/',
		'http://'
	])('%s is text', (address) => {
		const text = `see ${address} and \x1b]8;;${address}\x07this\x1b]8;;\x07`;
		expect(ansi.runs(text).every((run) => run.href === undefined)).toBe(true);
		expect(ansi.strip(text)).toBe(`see ${address} and this`);
	});

	test('progress, backspaces and bells of a message end as a terminal shows them', () => {
		expect(ansi.strip('10%\r100%\nok\x07\b\bOK')).toBe('100%\nOK');
	});

	test('of 200 kB in colour nothing is cut', () => {
		expect(ansi.strip(`${esc}31m${'x'.repeat(200_000)}${esc}0m!`)).toHaveLength(200_001);
	});

	test('a title without an end swallows nothing', () => {
		expect(ansi.strip('\x1b]0;title\nnext')).toBe('0;title\nnext');
	});

	test('never an escape in what is shown, and never a class name from the text', () => {
		const part = fc.constantFrom('\x1b', '[', ']', '3', ';', 'm', '0', 'x', '"', '\x9b', '\x07', '38;5;999');
		fc.assert(
			fc.property(fc.string({ unit: part }), (text) => {
				for (const run of ansi.runs(text)) {
					expect(ansi.isPlain(run.text)).toBe(true);
					expect(run.style).toMatch(/^(ansi-[a-z-]+( |$))*$/);
				}
			})
		);
	});

	test.each([
		['colour changes', `${esc}1mx`.repeat(50_000)],
		['one endless code', `${esc}${'1;'.repeat(100_000)}m`],
		['escapes alone', '\x1b'.repeat(250_000)],
		['titles without an end', '\x1b]0;'.repeat(60_000)]
	])('250 kB of %s cost a bounded number of runs', (_, text) => {
		expect(ansi.runs(text).length).toBeLessThanOrEqual(401);
	});
});
