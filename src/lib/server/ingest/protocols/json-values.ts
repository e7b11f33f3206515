import * as json from '../json.ts';
import { Malformed } from './malformed.ts';
import { parse } from './lines.ts';

/** An object of JSON, as json.parse gives it. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty, or a number as its digits; null for anything else. */
export function nameOf(value: unknown): string | null {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? json.text(value) : null;
}

/** What an event's own fields may call its message; `line` is that of Docker's driver for Splunk. */
const messageNames =
	'message msg log body short_message text Message MESSAGE @m @mt event RenderedMessage'.split(' ');

/** An event's fields with a message: one without has its own JSON for it, before a protocol adds to the fields what its envelope says. */
export function withMessage(event: Fields): Fields {
	if (messageNames.some((name) => event[name] !== undefined && event[name] !== null)) return { ...event };
	const { line, ...rest } = event;
	if (line !== undefined && line !== null) return { message: line, ...rest };
	return { message: json.stringify(event), ...event };
}

/**
 * The values of a body in JSON: one, the members of a list, or any of these after another, with or without line breaks between them.
 * Each is parsed when it is asked for.
 * @throws Malformed at the first piece that is not JSON; what came before was given already.
 */
export function* valuesOf(body: string): Generator<unknown> {
	for (const piece of piecesOf(body)) {
		const value = parse(piece);
		if (value instanceof SyntaxError) throw new Malformed(`it is not JSON (${value.message})`);
		if (Array.isArray(value)) yield* value as unknown[];
		else yield value;
	}
}

const whitespace = /\s*/y;
/** What ends a value that is neither an object, a list nor a text. */
const scalar = /[^\s{["]*/y;

function* piecesOf(body: string): Generator<string> {
	for (let start = skip(whitespace, body, 0); start < body.length;) {
		const end = endOf(body, start);
		yield body.slice(start, end);
		start = skip(whitespace, body, end);
	}
}

function endOf(body: string, start: number): number {
	const first = body[start];
	if (first === '"') return endOfText(body, start) + 1;
	if (first !== '{' && first !== '[') return Math.max(start + 1, skip(scalar, body, start));
	let depth = 0;
	for (let at = start; at < body.length; at += 1) {
		const character = body.charCodeAt(at);
		if (character === 0x22) at = endOfText(body, at);
		else if (character === 0x7b || character === 0x5b) depth += 1;
		else if ((character === 0x7d || character === 0x5d) && --depth === 0) return at + 1;
	}
	return body.length; // cut off: it will not parse
}

/** Where the text that opens here closes; the end of the body if it never does. */
function endOfText(body: string, open: number): number {
	for (let at = open + 1; at < body.length; at += 1) {
		const character = body.charCodeAt(at);
		if (character === 0x5c) at += 1;
		else if (character === 0x22) return at;
	}
	return body.length;
}

function skip(pattern: RegExp, body: string, from: number): number {
	pattern.lastIndex = from;
	pattern.exec(body);
	return pattern.lastIndex;
}
