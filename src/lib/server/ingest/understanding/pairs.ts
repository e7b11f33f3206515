import * as words from './words.ts';

/** `key=value` within a text, as logfmt has it: `user=5`, `err="no such file"`. `end` is behind it. */
export interface Pair {
	key: string;
	value: string;
	start: number;
	end: number;
}

/** Characters of a text that are searched for pairs, and of a pair's key. */
export const reach = 16 * 1024;
const keyLength = 64;
/** Equals signs that are looked at: more are in no line for people, but in encoded data. */
const mostTries = 256;

/** The pairs that stand between blanks, anywhere from `from` on, in the first line and `reach`. */
export function* all(text: string, from: number): Generator<Pair> {
	const feed = text.indexOf('\n', from);
	const end = Math.min(feed === -1 ? text.length : feed, from + reach);
	let start = from;
	for (let tries = 0; tries < mostTries; tries += 1) {
		const equals = text.indexOf('=', start);
		if (equals === -1 || equals >= end) return;
		const pair = around(text, equals, start);
		if (pair !== null) yield pair;
		start = pair?.end ?? equals + 1;
	}
}

function around(text: string, equals: number, from: number): Pair | null {
	let key = equals;
	while (key > from && equals - key <= keyLength && isKey(text.charCodeAt(key - 1))) key -= 1;
	const isAlone = key === 0 || isBlank(text.charCodeAt(key - 1));
	return isAlone && key < equals && isKeyStart(text.charCodeAt(key)) ? valued(text, key, equals) : null;
}

function valued(text: string, key: number, equals: number): Pair | null {
	const first = text.charCodeAt(equals + 1);
	if (first === quote) return quoted(text, key, equals);
	let end = equals + 1;
	const most = equals + reach;
	while (end < most && end < text.length && !isBlank(text.charCodeAt(end))) end += 1;
	if (first === equalsSign || isOpening(first) !== isClosing(text.charCodeAt(end - 1))) return null;
	const last = text.charCodeAt(end - 1);
	const value = text.slice(equals + 1, last === comma || last === semicolon ? end - 1 : end);
	return value === '' ? null : { key: text.slice(key, equals), value, start: key, end };
}

function quoted(text: string, key: number, equals: number): Pair | null {
	const open = equals + 2;
	const most = Math.min(text.length, open + reach);
	let close = open;
	while (close < most && text.charCodeAt(close) !== quote)
		close += text.charCodeAt(close) === backslash ? 2 : 1;
	if (close >= most) return null;
	let end = close + 1;
	if (text.charCodeAt(end) === comma || text.charCodeAt(end) === semicolon) end += 1;
	if (end < text.length && !isBlank(text.charCodeAt(end))) return null;
	const raw = text.slice(open, close);
	const value = raw.includes('\\')
		? raw.replace(/\\(["\\nt])/g, (_, escaped: string) => escapes[escaped]!)
		: raw;
	return { key: text.slice(key, equals), value, start: key, end };
}

const escapes: Record<string, string> = { '"': '"', '\\': '\\', n: '\n', t: '\t' };
const [quote, backslash, comma, semicolon, equalsSign] = [0x22, 0x5c, 0x2c, 0x3b, 0x3d];

const isKeyStart = (code: number) => words.isLetter(code) || code === 0x5f || code === 0x40;
/** Letters, digits, `_`, `.`, `@`, `/` and `-`. */
const isKey = (code: number) => isKeyStart(code) || (code >= 0x2d && code <= 0x39);
/** A brace, bracket or parenthesis: a value that begins with one and ends before its other is only a part. */
const isOpening = (code: number) => code === 0x7b || code === 0x5b || code === 0x28;
const isClosing = (code: number) => code === 0x7d || code === 0x5d || code === 0x29;

export const isBlank = (code: number): boolean =>
	code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
