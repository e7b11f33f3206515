import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as repair from '../repair.ts';
import * as text from '../text.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { isFields, nameOf, valuesOf, withMessage, type Fields } from './json-values.ts';
import { messagesOf, parse } from './lines.ts';

/** What an event says about where it comes from; an event without its own has that of the one before it in the request. */
interface Metadata {
	host?: unknown;
	source?: unknown;
	sourcetype?: unknown;
	index?: unknown;
	fields?: unknown;
}

const metadataNames = ['host', 'source', 'sourcetype', 'index', 'fields'] as const;

interface Context {
	fallback: repair.Fallback;
	now: number;
}

/** Decodes events of Splunk's HTTP Event Collector: objects in JSON one after another, whatever the content type says. */
export function decode(sending: Sending): Decoded {
	return { items: events(text.read(sending.bytes, null), sending) };
}

/** Decodes the body of Splunk's `raw` endpoint: an event per line, which is an object in JSON or text. */
export function decodeRaw(sending: Sending): Decoded {
	return { items: lines(text.read(sending.bytes, null), sending) };
}

function* events(body: string, sending: Sending): Generator<NewEntry | string> {
	const context = { fallback: fallbackOf(sending), now: sending.now };
	let metadata = takeMetadata(sending.parameters, {});
	for (const value of valuesOf(body)) {
		if (!isFields(value)) {
			yield 'an event is an object with the field "event"';
			continue;
		}
		metadata = takeMetadata(value, metadata);
		const { event } = value;
		if (event === undefined || event === null) yield 'the field "event" is missing';
		else if (event === '') yield 'the field "event" is empty';
		else yield entryOf(event, value.time, metadata, context);
	}
}

function* lines(body: string, sending: Sending): Generator<NewEntry | string> {
	const context = { fallback: fallbackOf(sending), now: sending.now };
	const metadata = takeMetadata(sending.parameters, {});
	for (const line of messagesOf(body)) {
		const value = line.trimStart().startsWith('{') ? parse(line) : null;
		yield entryOf(isFields(value) && !(value instanceof Error) ? value : line, undefined, metadata, context);
	}
}

function takeMetadata(from: Fields, before: Metadata): Metadata {
	const taken = { ...before };
	for (const name of metadataNames)
		if (from[name] !== undefined && from[name] !== null) taken[name] = from[name];
	return taken;
}

function entryOf(
	event: unknown,
	time: unknown,
	metadata: Metadata,
	{ fallback, now }: Context
): NewEntry | string {
	const entry: Fields = isFields(event) ? withMessage(event) : { message: event };
	for (const name of ['source', 'sourcetype', 'index'] as const)
		if (metadata[name] !== undefined) bounds.note(entry, name, metadata[name]);
	if (isFields(metadata.fields))
		for (const name in metadata.fields) bounds.add(entry, name, metadata.fields[name]);
	if (time !== undefined && time !== null) bounds.note(entry, 'time', time);
	if (metadata.host !== undefined) bounds.note(entry, 'host', metadata.host);
	return repair.entry(entry, { ...fallback, service: fallback.service || serviceOf(metadata) }, now);
}

/** A source is the name of an application, a last resort for the service. Paths of files, as collectors send them, would be too many. */
function serviceOf({ source }: Metadata): string {
	const name = nameOf(source) ?? '';
	return /[/\\]/.test(name) ? '' : name;
}
