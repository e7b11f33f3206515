import { expect, test } from 'vitest';
import { print, type Style } from './printer.ts';

const entry = {
	seq: 1,
	time: '2026-11-28T14:03:05.123Z',
	level: 'warn',
	severity: 13,
	service: 'web',
	message: 'disk \x1b[31mfull\x1b[0m\x1b]0;title\x07\nsecond',
	attributes: {}
};
const json = JSON.stringify(entry).replace('{}', '{"n":1.0,"c":"\x9b"}');
const style = (more: Partial<Style>): Style => ({
	...{ name: 'text', isColored: false, isTerminal: false, isUtc: true },
	...more
});

test('text has no color unless it is wanted', () => {
	expect(print(json, style({}))).toBe('2026-11-28T14:03:05.123Z warn  web  disk full↵second\n');
});

test('with colors, those of the message stay within it', () => {
	expect(print(json, style({ isColored: true, isTerminal: true }))).toBe(
		'\x1b[2m2026-11-28T14:03:05.123Z\x1b[0m \x1b[33mwarn \x1b[0m \x1b[36mweb\x1b[0m  disk \x1b[31mfull\x1b[0m↵second\x1b[0m\n'
	);
});

test('raw is the message as it was sent, and in a terminal one line without what controls it', () => {
	expect(print(json, style({ name: 'raw' }))).toBe(`${entry.message}\n`);
	expect(print(json, style({ name: 'raw', isTerminal: true }))).toBe('disk full↵second\n');
	expect(print(json, style({ name: 'raw', isTerminal: true, isColored: true }))).toBe(
		'disk \x1b[31mfull\x1b[0m↵second\x1b[0m\n'
	);
});

test('json is the entry with the digits of its numbers, and in a terminal without control characters', () => {
	expect(print(json, style({ name: 'json' }))).toBe(`${json}\n`);
	expect(print(json, style({ name: 'json', isTerminal: true }))).toBe(`${json.replace('\x9b', '\\u009b')}\n`);
});
