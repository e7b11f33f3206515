import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as printable from './printable.ts';

const esc = '\x1b[';

describe('a text for a terminal', () => {
	test.each([
		['plain text', 'hello, wörld ✓ 日本', 'hello, wörld ✓ 日本'],
		['colours, which end with it', `${esc}31mred`, `${esc}31mred${esc}0m`],
		['bold and a reset', `${esc}1mbold${esc}m.`, `${esc}1mbold${esc}0m.${esc}0m`],
		['a colour of 256', `${esc}38;5;196mx`, `${esc}38;5;196mx${esc}0m`],
		['a colour by its parts', `${esc}48;2;1;2;3mx`, `${esc}48;2;1;2;3mx${esc}0m`],
		['a colour in eight bits', '\x9b31mx', `${esc}31mx${esc}0m`]
	])('keeps %s', (_, text, shown) => expect(printable.shown(text)).toBe(shown));

	test.each([
		['hiding', `${esc}8msecret${esc}28;8m`, `secret${esc}28m${esc}0m`],
		['blinking', `${esc}5;31mx`, `${esc}31mx${esc}0m`],
		['a colour cut short', `${esc}38;5mx`, 'x'],
		['cursor movement', `a${esc}2K${esc}1Gb${esc}3A`, 'ab'],
		['a title', 'a\x1b]0;owned\x07b', 'ab'],
		['a link, not its text', '\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\', 'text'],
		['writing to the clipboard', '\x1b]52;c;cm0gLXJm\x07x', 'x'],
		['device control', 'a\x1bP$qm\x1b\\b\x90x\x9cc', 'abc'],
		['a full reset', 'a\x1bcb', 'ab'],
		['another character set', 'a\x1b(0b', 'ab'],
		['a question for an answer on the keyboard', `a${esc}6nb${esc}cc`, 'abc']
	])('leaves out %s', (_, text, shown) => expect(printable.shown(text)).toBe(shown));

	test.each([
		['a line break', 'a\nb', 'a↵b'],
		['one of Windows', 'a\r\nb', 'a↵b'],
		['going back to the start of the line', 'a\rb', 'a↵b'],
		['every other break', 'a\vb\fc\u0085d\u2028e\u2029f', 'a↵b↵c↵d↵e↵f'],
		['a tab', 'a\tb', 'a    b'],
		['bell, backspace and NUL', '\x07\x08\0', '␇␈␀'],
		['delete and eight-bit controls', '\x7f\x84', '␡<0084>'],
		['an escape without a sequence', 'a\x1b', 'a␛'],
		['a title without an end, with what follows it', '\x1b]0;all of this\nstays', '␛]0;all of this↵stays'],
		['letters turned around', 'a\u202eb\u2066c', 'a<202E>b<2066>c']
	])('shows %s', (_, text, shown) => expect(printable.shown(text)).toBe(shown));

	const hostile = fc.string({
		unit: fc.constantFrom(
			...['\x1b', '[', ']', '(', '\\', 'P', 'm', 'H', 'c', '3', '8', '5', ';', ':', '?', ' ', 'x', 'é'],
			...[
				'\r',
				'\n',
				'\t',
				'\x07',
				'\x08',
				'\0',
				'\x7f',
				'\x85',
				'\x90',
				'\x9b',
				'\x9c',
				'\x9d',
				'\u2028',
				'\u202e'
			]
		),
		maxLength: 60
	});
	// eslint-disable-next-line no-control-regex -- what may pass
	const safe = /^(?:[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\x1b\[[\d;:]+m)*$/;

	test('never has anything but text and colours in it, whatever it was made of', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				expect(printable.shown(text)).toMatch(safe);
			}),
			{ numRuns: 3_000 }
		);
	});

	test('leaves the terminal in the colours in which it was', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				const shown = printable.shown(text);
				if (shown.includes('\x1b')) expect(shown.endsWith('\x1b[0m')).toBe(true);
			})
		);
	});

	test('keeps every letter outside of a sequence, in order', () => {
		const part = fc.constantFrom('a', 'b', `${esc}2J`, `${esc}31m`, '\x1b]0;t\x07', '\n', '\x07');
		fc.assert(
			fc.property(fc.array(part), (parts) => {
				const letters = parts.filter((one) => one === 'a' || one === 'b').join('');
				expect(printable.shown(parts.join('')).replace(/[^ab]/g, '')).toBe(letters);
			})
		);
	});

	test('that has been shown once is shown the same again, but for one more reset', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				const once = printable.shown(text);
				expect([once, `${once}\x1b[0m`]).toContain(printable.shown(once));
			})
		);
	});

	test.each([
		['escapes', '\x1b'.repeat(250_000)],
		['titles without an end', '\x1b]0;'.repeat(60_000)],
		['one endless code', `${esc}${'1;'.repeat(125_000)}m`],
		['one endless title', `\x1b]0;${'x'.repeat(250_000)}`]
	])('takes time in proportion for 250 kB of %s', (_, text) => {
		const started = performance.now();
		printable.shown(text);
		expect(performance.now() - started).toBeLessThan(3_000);
	});
});

test('JSON has no character that a terminal obeys, and says the same', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			const json = printable.json({ text });
			// eslint-disable-next-line no-control-regex -- what may not be there
			expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
			expect(JSON.parse(json)).toEqual({ text });
		})
	);
	expect(printable.json('\x9b31m')).toBe(String.raw`"\u009b31m"`);
});

test('a line has its fields apart: none of them colours the next, and no field makes a second line', () => {
	expect(printable.line('12:00', `${esc}41mweb`, 'one\n12:00 db two')).toBe(
		`12:00 ${esc}41mweb${esc}0m one↵12:00 db two`
	);
});
