import type { NewEntry } from '../../../log/entry.ts';
import { Joiner } from '../../../log/stack-trace.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as text from '../text.ts';
import { fallbackOf, mediaType, type Decoded, type Refusal, type Sending } from './decoded.ts';

interface Context {
	fallback: repair.Fallback;
	now: number;
}

type Items = Generator<NewEntry | string>;

const ndjson = new Set(['application/x-ndjson', 'application/jsonl', 'application/stream+json']);

/** Decodes the body of `POST /api/logs` by its content type, as in API.md. */
export function decode(sending: Sending): Decoded | Refusal {
	const body = text.read(sending.bytes, sending.contentType);
	const type = mediaType(sending.contentType);
	const context = { fallback: fallbackOf(sending), now: sending.now };
	if (type === 'application/json') return decodeJson(body, context);
	if (ndjson.has(type)) return { items: decodeNdjson(body, context) };
	return decodeAny(body, context);
}

function decodeJson(body: string, context: Context): Decoded | Refusal {
	const value = parse(body);
	if (value instanceof json.TooMuch) return tooMuch;
	if (!(value instanceof SyntaxError)) return { items: decodeValue(value, context) };
	const detail = `The body is not JSON: ${value.message}. For one entry per line send application/x-ndjson.`;
	return { status: 400, detail };
}

/** An array is a list of entries, everything else is one. */
function* decodeValue(value: unknown, { fallback, now }: Context): Items {
	const items: unknown[] = Array.isArray(value) ? value : [value];
	for (const item of items) yield repair.entry(item, fallback, now);
}

function* decodeNdjson(body: string, { fallback, now }: Context): Items {
	for (const line of linesOf(body)) {
		const value = parse(line);
		yield value instanceof SyntaxError ? `not JSON: ${value.message}` : repair.entry(value, fallback, now);
	}
}

/** JSON if it parses, otherwise lines. */
function decodeAny(body: string, context: Context): Decoded | Refusal {
	const whole = parseIfJson(body.trim());
	if (whole instanceof json.TooMuch) return tooMuch;
	return { items: whole === undefined ? decodeMixed(body, context) : decodeValue(whole, context) };
}

/**
 * NDJSON if every line is JSON; otherwise lines of text, of which those of a stack trace are one message. Among them a line that is
 * an entry in JSON is read as one, so batch boundaries in a shipper's mixed output do not matter, and every other line is a message
 * as it stands: nothing is rejected.
 */
function* decodeMixed(body: string, { fallback, now }: Context): Items {
	let isNdjson: boolean | null = null; // it matters only for JSON that is no entry, which is rare
	const joiner = new Joiner();
	const text = (message: string | null) => (message === null ? [] : [repair.line(message, fallback, now)]);
	for (const line of allLinesOf(body)) {
		const value = parseIfJson(line.trim());
		if (value === undefined || value instanceof json.TooMuch) {
			yield* text(joiner.push(line));
			continue;
		}
		yield* text(joiner.end());
		const entry = repair.entry(value, fallback, now);
		if (typeof entry === 'string') isNdjson ??= everyLineIsJson(body);
		yield typeof entry === 'string' && !isNdjson ? repair.line(line, fallback, now) : entry;
	}
	yield* text(joiner.end());
}

function everyLineIsJson(body: string): boolean {
	for (const line of linesOf(body)) if (parseIfJson(line.trim()) === undefined) return false;
	return true;
}

/** Lines that are not blank, without their line ends (LF or CRLF). */
export function* linesOf(body: string): Generator<string> {
	for (const line of allLinesOf(body)) if (line.trim() !== '') yield line;
}

/** The messages of a body of text: its lines, of which those of a stack trace are one. */
export function* messagesOf(body: string): Generator<string> {
	const joiner = new Joiner();
	for (const line of allLinesOf(body)) {
		const whole = joiner.push(line);
		if (whole !== null) yield whole;
	}
	const last = joiner.end();
	if (last !== null) yield last;
}

/** Every line, also a blank one. */
function* allLinesOf(body: string): Generator<string> {
	for (let start = 0; start < body.length;) {
		const feed = body.indexOf('\n', start);
		const end = feed === -1 ? body.length : feed;
		const line = body.slice(start, body.charCodeAt(end - 1) === carriageReturn ? end - 1 : end);
		start = end + 1;
		yield line;
	}
}

const carriageReturn = 13;

/** The value of a text in JSON, or why it is none. */
export function parse(source: string): unknown {
	try {
		return json.parse(source);
	} catch (error) {
		if (error instanceof SyntaxError) return error;
		throw error;
	}
}

/** The value of a text that is JSON and not a bare number or boolean; undefined otherwise. */
function parseIfJson(source: string): unknown {
	const ends = (source[0] ?? '') + (source.at(-1) ?? '');
	// Checked first because most lines of text begin or end otherwise, and a failed JSON.parse is slow.
	if (ends !== '{}' && ends !== '[]' && ends !== '""' && source !== 'null') return undefined;
	const value = parse(source);
	return value instanceof SyntaxError && !(value instanceof json.TooMuch) ? undefined : value;
}

/** For JSON whose values would take too much memory at once. */
export const tooMuch: Refusal = {
	status: 413,
	detail: `The body holds more than ${json.mostValues.toLocaleString('en')} values in one piece of JSON: send it in several requests, or one entry per line.`
};
