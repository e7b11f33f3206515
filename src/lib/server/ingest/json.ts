/**
 * JSON input and output: parsing keeps what a JavaScript number cannot hold, and PostgreSQL's `jsonb` accepts what is written.
 * Neither overflows the stack, however deep the value.
 */

/**
 * The start of a number that may exceed a double: 17 digits or a large exponent. Every repetition is bounded, because a long
 * run of digits would overflow the stack of the regular expression.
 */
const huge = /(?:^|[[:,\s])-?(?:[1-9]\d{16}|9\d{15}|\d[\d.]{0,40}[eE]\+?\d{3})/g;

/**
 * Deepest nesting that is read (RFC 8259, 9, lets a parser set a limit). A body of 10 MiB can nest five million levels, which
 * took 3 s and a gigabyte; gzip sends it in 10 kB.
 */
export const depthLimit = 10_000;

/**
 * Parses JSON; throws a SyntaxError, also beyond `depthLimit`. Integers beyond 2^53 (64-bit ids, nanoseconds) and numbers
 * beyond a double become strings of their text: exact, where JSON.parse would round or make them Infinity.
 */
export function parse(text: string): unknown {
	if (text.length > depthLimit && nestsDeeper(text, depthLimit)) {
		throw new SyntaxError(`nested more than ${depthLimit} levels deep`);
	}
	return JSON.parse(text.search(huge) === -1 ? text : quoteHuge(text));
}

function nestsDeeper(text: string, levels: number): boolean {
	let depth = 0;
	for (let at = 0; at < text.length && depth <= levels; at += 1) {
		const character = text.charCodeAt(at);
		if (character === 0x22) at = endOfString(text, at);
		else if (character === 0x5b || character === 0x7b) depth += 1;
		else if (character === 0x5d || character === 0x7d) depth -= 1;
	}
	return depth > levels;
}

function quoteHuge(text: string): string {
	const parts: string[] = [];
	let copied = 0;
	let string = nextString(text, 0);
	for (const match of text.matchAll(huge)) {
		const start = match.index + match[0].search(/[-\d]/);
		while (string.close < start) string = nextString(text, string.close + 1);
		if (string.open < start) continue;
		const end = endOfNumber(text, match.index + match[0].length);
		const number = text.slice(start, end);
		if (!overflows(number)) continue;
		parts.push(text.slice(copied, start), '"', number, '"');
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

function endOfNumber(text: string, from: number): number {
	let end = from;
	while (end < text.length && '0123456789.eE+-'.includes(text.charAt(end))) end += 1;
	return end;
}

function overflows(number: string): boolean {
	const value = Number(number);
	const isInteger = !/[.eE]/.test(number);
	return isInteger ? !Number.isSafeInteger(value) && !Number.isNaN(value) : Math.abs(value) === Infinity;
}

/** Levels of nesting at which recursion is safe on any stack; JSON.stringify overflows below 5,000. */
const safeDepth = 500;

/** What `jsonb` refuses (an escaped U+0000 or lone surrogate) or might expand at length (an exponent). */
const troublesome = /\\u(?:0000|d[89a-f])|\de[+-]\d\d/;

/** The JSON text of a parsed value, U+0000 and lone surrogates replaced by U+FFFD. */
export function stringify(value: unknown): string {
	const text = isDeeper(value, safeDepth) ? unroll(value) : JSON.stringify(value);
	return troublesome.test(text) ? replaceUnstorable(text) : text;
}

/**
 * The JSON text of an object nested at most `safeDepth` levels, as `jsonb` can keep it: like `stringify`, but numbers of more
 * than 40 digits become text. `jsonb` writes every digit out, which would turn 5 bytes into 300 when read.
 */
export function stringifyForStorage(value: object): string {
	const text = JSON.stringify(value);
	return troublesome.test(text) ? replaceUnstorable(JSON.stringify(value, shortNumbers)) : text;
}

function shortNumbers(_key: string, value: unknown): unknown {
	if (typeof value !== 'number' || value === 0) return value;
	const size = Math.abs(value);
	return size >= 1e40 || size <= 1e-40 ? String(value) : value;
}

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
