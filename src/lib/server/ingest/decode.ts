import type { NewEntry } from '../../log/entry.ts';
import * as json from './json.ts';
import * as repair from './repair.ts';
import * as text from './text.ts';

/** The result of decoding any wire format. `index` counts the request's items, entries and rejected ones, from 0. */
export interface Decoded {
	entries: NewEntry[];
	rejected: { index: number; reason: string }[];
}

/** The request as a whole is refused. */
export interface Refusal {
	status: 400 | 413;
	detail: string;
}

/** Items per request, including rejected ones. Source: API.md, Limits. */
export const itemLimit = 10_000;

interface Context {
	fallback: repair.Fallback;
	now: number;
}

const ndjson = new Set(['application/x-ndjson', 'application/jsonl', 'application/stream+json']);

/**
 * Decodes the body of `POST /api/logs` by its content type, as in API.md. Never throws for bad input. `defaults` are the query
 * parameters; `now` is in epoch milliseconds and bounds the entries' times.
 */
export function decode(
	bytes: Buffer,
	contentType: string | null,
	defaults: repair.Defaults,
	now: number
): Decoded | Refusal {
	const body = text.read(bytes, contentType);
	const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
	const context = { fallback: repair.fallback(defaults), now };
	if (type === 'application/json') return decodeJson(body, context);
	if (ndjson.has(type)) return decodeNdjson(body, context);
	return decodeAny(body, context);
}

function decodeJson(body: string, context: Context): Decoded | Refusal {
	const value = parse(body);
	if (!(value instanceof SyntaxError)) return decodeValue(value, context);
	const detail = `The body is not JSON: ${value.message}. For one entry per line send application/x-ndjson.`;
	return { status: 400, detail };
}

/** An array is a list of entries, everything else is one. */
function decodeValue(value: unknown, { fallback, now }: Context): Decoded | Refusal {
	const items: unknown[] = Array.isArray(value) ? value : [value];
	if (items.length > itemLimit) return tooMany;
	const decoded: Decoded = { entries: [], rejected: [] };
	for (const item of items) add(decoded, repair.entry(item, fallback, now));
	return decoded;
}

function decodeNdjson(body: string, { fallback, now }: Context): Decoded | Refusal {
	const decoded: Decoded = { entries: [], rejected: [] };
	for (const line of lines(body)) {
		if (size(decoded) === itemLimit) return tooMany;
		const value = parse(line);
		add(
			decoded,
			value instanceof SyntaxError ? `not JSON: ${value.message}` : repair.entry(value, fallback, now)
		);
	}
	return decoded;
}

/**
 * JSON if it parses, NDJSON if every line is JSON; otherwise lines of text. Among those a line that is an entry in JSON is read
 * as one, so batch boundaries in a shipper's mixed output do not matter, and every other line is a message as it stands:
 * nothing is rejected.
 */
function decodeAny(body: string, context: Context): Decoded | Refusal {
	const whole = parseIfJson(body.trim());
	if (whole !== undefined) return decodeValue(whole, context);
	const decoded: Decoded = { entries: [], rejected: [] };
	let isNdjson = true;
	let isComplete = true;
	for (const line of lines(body)) {
		if (size(decoded) === itemLimit) return tooMany;
		const value = parseIfJson(line.trim());
		const entry = value === undefined ? 'text' : repair.entry(value, context.fallback, context.now);
		isNdjson &&= value !== undefined;
		isComplete &&= typeof entry !== 'string';
		decoded.entries.push(
			typeof entry === 'string' ? repair.line(line, context.fallback, context.now) : entry
		);
	}
	return isNdjson && !isComplete ? decodeNdjson(body, context) : decoded;
}

/** Lines that are not blank, without their line ends (LF or CRLF). */
function* lines(body: string): Generator<string> {
	for (let start = 0; start < body.length;) {
		const feed = body.indexOf('\n', start);
		const end = feed === -1 ? body.length : feed;
		const line = body.slice(start, body.charCodeAt(end - 1) === carriageReturn ? end - 1 : end);
		start = end + 1;
		if (line.trim() !== '') yield line;
	}
}

const carriageReturn = 13;

function parse(source: string): unknown {
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
	return value instanceof SyntaxError ? undefined : value;
}

function add(decoded: Decoded, entry: NewEntry | string): void {
	if (typeof entry === 'string') decoded.rejected.push({ index: size(decoded), reason: entry });
	else decoded.entries.push(entry);
}

function size(decoded: Decoded): number {
	return decoded.entries.length + decoded.rejected.length;
}

const tooMany: Refusal = {
	status: 413,
	detail: 'The request has more than 10,000 entries: send them in several requests.'
};
