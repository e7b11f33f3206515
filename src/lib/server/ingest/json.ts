import * as digits from '../../log/digits.ts';

/**
 * JSON input and output: numbers keep the digits they came with, and PostgreSQL's `jsonb` accepts what is written. Neither
 * overflows the stack, however deep the value.
 */

/**
 * Deepest nesting that is read (RFC 8259, 9, lets a parser set a limit). A body of 10 MiB can nest five million levels, which
 * took 3 s and a gigabyte; gzip sends it in 10 kB.
 */
export const depthLimit = 10_000;

/** Values in one text, at most: more might fill the heap of a thread (composition/decoder.ts). */
export const mostValues = 4_000_000;

/** The text holds more than `mostValues` values. */
export class TooMuch extends SyntaxError {
	override name = 'TooMuch';
}

/**
 * Parses JSON; throws a SyntaxError, also beyond `depthLimit` and `mostValues`. A number that JavaScript would write with other
 * digits becomes a marked text: U+0000, which no repaired text has, and its digits. `stringify` writes it as the number it was; see
 * `plain`. (A reviver takes sixteen times as long.)
 */
export function parse(text: string): unknown {
	if (text.length > depthLimit) checkShape(text);
	return JSON.parse(digits.suspect.test(text) ? markInexact(text) : text);
}

const isMarked = (value: unknown): value is string =>
	typeof value === 'string' && /^\0-?\d[\d.eE+-]*$/.test(value);

/** A marked number as a number, or as its digits where a double would round them or be infinite; any other value as it is. */
export function plain(value: unknown): unknown {
	if (!isMarked(value)) return value;
	const written = value.slice(1);
	const number = Number(written);
	const isRounded = /^-?\d+$/.test(written) && !Number.isSafeInteger(number);
	return isRounded || !Number.isFinite(number) ? written : number;
}

/** A number, or the digits of one that a double cannot hold, as `parse` gives it. */
export const number = (value: number | string): number | string =>
	typeof value === 'string' ? `\0${value}` : value;

/** A text, or the digits of a marked number. */
export const text = (value: string): string => (isMarked(value) ? value.slice(1) : value);

/** Each bracket and each comma begins a value. */
function checkShape(text: string): void {
	let depth = 0;
	let values = 0;
	for (let at = 0; at < text.length; at += 1) {
		const character = text.charCodeAt(at);
		if (character === 0x22) at = endOfString(text, at);
		else if (character === 0x2c) values += 1;
		else if (character === 0x5b || character === 0x7b) {
			values += 1;
			depth += 1;
		} else if (character === 0x5d || character === 0x7d) depth -= 1;
		if (depth > depthLimit) throw new SyntaxError(`nested more than ${depthLimit} levels deep`);
		if (values > mostValues) throw new TooMuch(`more than ${mostValues} values in one piece`);
	}
}

const inexact = new RegExp(digits.suspect, 'g');
/** A text with more such numbers is no log, and would take seconds: the others are rounded. */
const mostMarked = 100_000;

function markInexact(text: string): string {
	const parts: string[] = [];
	let marked = 0;
	let copied = 0;
	let string = nextString(text, 0);
	for (const match of text.matchAll(inexact)) {
		const start = match.index + match[0].search(/[-\d]/);
		while (string.close < start) string = nextString(text, string.close + 1);
		if (string.open < start) continue;
		const end = endOfNumber(text, match.index + match[0].length);
		const number = text.slice(start, end);
		if (!isInexact(number)) continue;
		if (++marked > mostMarked) break;
		parts.push(text.slice(copied, start), '"\\u0000', number, '"');
		copied = end;
	}
	parts.push(text.slice(copied));
	return parts.join('');
}

/** The next string's quotes, both past the end if there is none. */
function nextString(text: string, from: number): { open: number; close: number } {
	const open = text.indexOf('"', from);
	return open === -1 ? { open: Infinity, close: Infinity } : { open, close: endOfString(text, open) };
}

/** Where the string that starts at `open` closes; the text's length if it never does. */
function endOfString(text: string, open: number): number {
	for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
		let before = close - 1;
		while (text[before] === '\\') before -= 1;
		if ((close - before) % 2 === 1) return close;
	}
	return text.length;
}

/** Whether it is a number in JSON, which has no zero in front and no dot at an end, that JavaScript would write otherwise. */
function isInexact(number: string): boolean {
	if (/^-?0\d|\.(?!\d)/.test(number)) return false;
	const value = Number(number);
	return !Number.isNaN(value) && String(value) !== number;
}

function endOfNumber(text: string, from: number): number {
	let end = from;
	while (end < text.length && '0123456789.eE+-'.includes(text.charAt(end))) end += 1;
	return end;
}

/** Levels of nesting at which recursion is safe on any stack; JSON.stringify overflows below 5,000. */
const safeDepth = 500;

/** An escaped U+0000, also as the mark of a number, or a lone surrogate. */
const troublesome = /\\u(?:0000|d[89a-f])/;

/** The JSON text of a parsed value: numbers as they came, U+0000 and lone surrogates replaced by U+FFFD. */
export function stringify(value: unknown): string {
	const text = isDeeper(value, safeDepth) ? unroll(value) : JSON.stringify(value);
	if (!troublesome.test(text)) return text;
	const unmarked = text.replace(marked, '$1');
	return troublesome.test(unmarked) ? replaceUnstorable(unmarked) : unmarked;
}

/** A marked number: a value, which begins behind one of these, and not a name. A quote within a text has a backslash before it. */
const marked = /(?<=^|[:,[])"\\u0000(-?\d[\d.eE+-]*)"(?!:)/g;

/** In JSON text an escape is a backslash and its next character, so an escaped backslash must be skipped. */
function replaceUnstorable(text: string): string {
	return text.replace(/\\(?:\\|u0000|ud[89a-f][\da-f]{2})/g, (escape) =>
		escape === '\\\\' ? escape : '\ufffd'
	);
}

/** Whether a value is nested more than `levels` deep: a scalar is 0 deep, `{}` is 1. Recurses no further than that. */
export function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (levels === 0) return true;
	if (Array.isArray(value)) return value.some((member) => isDeeper(member, levels - 1));
	const object = value as Record<string, unknown>;
	for (const key in object) if (isDeeper(object[key], levels - 1)) return true;
	return false;
}

interface Open {
	value: Record<string, unknown> | unknown[];
	keys: string[] | null;
	next: number;
}

/** JSON.stringify without recursion, for values too deep for it. */
function unroll(root: unknown): string {
	const open: Open[] = [opened(root as object)];
	const parts: string[] = [open[0]!.keys ? '{' : '['];
	for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
		const { value, keys, next } = top;
		if (next === (keys ?? (value as unknown[])).length) {
			parts.push(keys ? '}' : ']');
			open.pop();
			continue;
		}
		top.next += 1;
		if (next > 0) parts.push(',');
		if (keys) parts.push(JSON.stringify(keys[next]), ':');
		const member = keys ? (value as Record<string, unknown>)[keys[next]!] : (value as unknown[])[next];
		if (typeof member !== 'object' || member === null) {
			parts.push(JSON.stringify(member));
			continue;
		}
		open.push(opened(member));
		parts.push(Array.isArray(member) ? '[' : '{');
	}
	return parts.join('');
}

function opened(value: object): Open {
	const keys = Array.isArray(value) ? null : Object.keys(value);
	return { value: value as Record<string, unknown> | unknown[], keys, next: 0 };
}
