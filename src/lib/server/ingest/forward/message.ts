import { gunzipSync } from 'node:zlib';
import * as json from '../json.ts';
import { Malformed } from '../protocols/malformed.ts';
import { contentOf, elementsOf, kindOf, valuesOf } from './elements.ts';
import { decode } from './msgpack.ts';

/** A line of a message. */
export interface Event {
	/** Epoch seconds, text or an EventTime; undefined if none is given. */
	time: unknown;
	/** What Fluent Bit says of it besides. */
	metadata: unknown;
	record: unknown;
}

/** A message of the forward protocol. */
export interface ForwardMessage {
	tag: string;
	/** To be read once: the events, or why one cannot be read. They may throw Malformed. */
	events: Iterable<Event | string>;
	/** What the sender wants to be told once the events are stored. */
	chunk: string | null;
}

/** What the events of one message may take once they are decompressed, in bytes. */
const mostBytes = 64 * 1024 * 1024;

/** Reads one whole message; null for a heartbeat. Throws Malformed. */
export function read(bytes: Buffer): ForwardMessage | null {
	if (bytes[0] === 0x5b || bytes[0] === 0x7b) return readJson(bytes);
	if (kindOf(bytes) === 'nil') return null;
	const [tag, second, third, fourth] = kindOf(bytes) === 'array' ? elementsOf(bytes) : [];
	if (!tag || !second) throw new Malformed('a message is not a list of a tag and events');
	const kind = kindOf(second);
	const isSingle = kind === 'other' || (kind === 'array' && isTime(elementsOf(second)));
	const options = optionsOf(isSingle ? fourth : third);
	return { tag: textOf(decode(tag)), chunk: chunkOf(options), events: events(kind) };

	/** Message mode has the time and the record itself; Forward mode a list; PackedForward all events in one piece. */
	function events(kind: string): Iterable<Event | string> {
		if (kind === 'nil' || !second) return [];
		if (isSingle) return [eventOf([decode(second), third && decode(third)])];
		if (kind === 'array') return decoded(elementsOf(second));
		return packed(contentOf(second), options.compressed === 'gzip');
	}
}

/** `[time, metadata]` is a time; the members of a list of events are lists. */
const isTime = (elements: readonly Buffer[]) =>
	elements.length === 2 && elements[0] !== undefined && kindOf(elements[0]) !== 'array';

function readJson(bytes: Buffer): ForwardMessage {
	const value = parse(bytes);
	if (!Array.isArray(value) || value.length < 2)
		throw new Malformed('a message is not a list of a tag and events');
	const [tag, second, third, fourth] = value as unknown[];
	const isList = Array.isArray(second);
	const events = isList ? second.map(eventOf) : [eventOf([second, third])];
	return { tag: textOf(tag), chunk: chunkOf(recordOf(isList ? third : fourth)), events };
}

function parse(bytes: Buffer): unknown {
	try {
		return json.parse(bytes.toString('utf8'));
	} catch (error) {
		if (error instanceof SyntaxError) throw new Malformed(error.message);
		throw error;
	}
}

function* packed(bytes: Buffer, isCompressed: boolean): Generator<Event | string> {
	const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
	yield* decoded(valuesOf(isCompressed || isGzip ? unzip(bytes) : bytes));
}

function* decoded(values: Iterable<Buffer>): Generator<Event | string> {
	for (const value of values) yield decodedEvent(value);
}

/** One event that cannot be read costs no other. */
function decodedEvent(bytes: Buffer): Event | string {
	try {
		return eventOf(decode(bytes));
	} catch (error) {
		if (error instanceof Malformed) return error.message;
		throw error;
	}
}

function eventOf(value: unknown): Event {
	if (!Array.isArray(value)) return { time: undefined, metadata: undefined, record: value };
	const [time, record] = value as unknown[];
	if (!Array.isArray(time)) return { time, metadata: undefined, record };
	return { time: time[0] as unknown, metadata: time[1] as unknown, record };
}

function unzip(bytes: Buffer): Buffer {
	try {
		return gunzipSync(bytes, { maxOutputLength: mostBytes });
	} catch (error) {
		const { code = '', message } = error as NodeJS.ErrnoException;
		if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') throw new Malformed(message);
		throw error;
	}
}

const optionsOf = (bytes: Buffer | undefined) => recordOf(bytes && decode(bytes));
const recordOf = (value: unknown) =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const chunkOf = ({ chunk }: Record<string, unknown>) => (typeof chunk === 'string' ? chunk : null);
const textOf = (value: unknown) =>
	value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
