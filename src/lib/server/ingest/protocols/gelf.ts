import type { NewEntry } from '../../../log/entry.ts';
import { refuse } from '../../http/problem.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as text from '../text.ts';
import * as time from '../time.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { isFields, nameOf, valuesOf, type Fields } from './json-values.ts';
import { detailOf } from './native.ts';
import type { Protocol } from './protocol.ts';

/** Decodes messages of GELF in JSON: one, or several one after another. */
export function decode(sending: Sending): Decoded {
	return { items: items(text.read(sending.bytes, sending.contentType), sending) };
}

function* items(body: string, sending: Sending): Generator<NewEntry | string> {
	const fallback = fallbackOf(sending);
	for (const value of valuesOf(body)) yield gelfEntry(value, fallback, sending.now);
}

/** Fields of GELF itself. `_id` is not allowed, and of no use. Source: GELF 1.1. */
const own = new Set(['version', 'host', 'short_message', 'full_message', 'timestamp', 'level', '_id']);

/**
 * A message of GELF as an entry, or the reason why it is none. Versions, and texts where numbers belong, do not matter. Time is that of
 * the message unless it is unreadable or more than a day after `now`, in epoch milliseconds.
 */
export function gelfEntry(value: unknown, fallback: repair.Fallback, now: number): NewEntry | string {
	if (!isFields(value)) return 'a GELF message is an object';
	const attributes: Fields = {};
	for (const name in value)
		if (!own.has(name)) bounds.set(attributes, name.startsWith('_') ? name.slice(1) : name, value[name]);
	const level = json.plain(value.level);
	const read = time.read(json.plain(value.timestamp), now);
	const kind = severity.read('level', level);
	if (read === null && nameOf(value.timestamp) !== null)
		bounds.note(attributes, 'original_time', value.timestamp);
	if (kind === null && level !== undefined && level !== null) bounds.add(attributes, 'level', level);
	const message = messageOf(value, attributes);
	if (message === null) return 'a GELF message needs a short_message';
	const service = typeof attributes.service === 'string' ? attributes.service : null;
	if (service !== null) delete attributes.service;
	const sent = {
		time: read,
		severity: isDefault(value) ? null : kind,
		service,
		host: nameOf(value.host),
		message,
		attributes
	};
	return repair.sent({ ...sent, trace_id: null, span_id: null }, fallback, now);
}

/** The level that Docker gives all that a container prints on stdout: the text knows better. */
const isDefault = ({ level, _container_id }: Fields) => level === 6 && typeof _container_id === 'string';

/** The full message if it has several lines, else the short one. The other is kept where it says more. */
function messageOf(value: Fields, attributes: Fields): string | null {
	const short = textOf(value.short_message);
	const full = textOf(value.full_message);
	if (short === '' && full === '')
		return Object.keys(attributes).length > 0 ? json.stringify(attributes) : null;
	if (full === '' || full === short) return short;
	if (short === '' || full.startsWith(short)) return full;
	if (!full.includes('\n')) {
		bounds.add(attributes, 'full_message', full);
		return short;
	}
	bounds.add(attributes, 'short_message', short);
	return full;
}

function textOf(value: unknown): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? json.text(value) : json.stringify(value);
}

/** GELF over HTTP: 202, as Graylog answers. */
export const gelf: Protocol = {
	format: 'gelf',
	answer(result) {
		if (result.accepted > 0) return new Response(null, { status: 202 });
		return refuse({ status: 400, detail: detailOf(result), fields: { ...result } });
	},
	refuse
};
