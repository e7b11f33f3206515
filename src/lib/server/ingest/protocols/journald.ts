import type { NewEntry } from '../../../log/entry.ts';
import { refuse } from '../../http/problem.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as time from '../time.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { lostName, slices } from './journald-slices.ts';
import type { Fields } from './json-values.ts';
import { Malformed } from './malformed.ts';
import type { Streaming } from './protocol.ts';

/** Decodes entries in journald's export format (systemd, "Journal Export Formats"). */
export function decode(sending: Sending): Decoded {
	return { items: items(sending) };
}

function* items(sending: Sending): Generator<NewEntry> {
	const fallback = fallbackOf(sending);
	for (const fields of entriesOf(sending.bytes)) yield entryOf(fields, fallback, sending.now);
}

const feed = 0x0a;

function* entriesOf(bytes: Buffer): Generator<Fields> {
	let entry: Fields = {};
	for (let at = 0; at < bytes.length;) {
		const found = bytes.indexOf(feed, at);
		const end = found === -1 ? bytes.length : found;
		if (end > at) {
			at = readField(bytes, at, end, entry);
			continue;
		}
		if (Object.keys(entry).length > 0) yield entry;
		entry = {};
		at = end + 1;
	}
	if (Object.keys(entry).length > 0) yield entry;
}

/** Reads the field in the line from `start` to `end`; returns where the next one begins. */
function readField(bytes: Buffer, start: number, end: number, entry: Fields): number {
	const equals = bytes.subarray(start, end).indexOf('=');
	if (equals !== -1) {
		const name = bytes.toString('latin1', start, start + equals);
		addField(entry, name, bytes.toString('utf8', start + equals + 1, end));
		return end + 1;
	}
	const from = end + 9;
	if (from > bytes.length) throw new Malformed('it is cut off within a field');
	const length = bytes.readBigUInt64LE(end + 1);
	if (length > BigInt(bytes.length - from)) throw new Malformed('a field is longer than it says');
	const to = from + Number(length);
	addField(entry, bytes.toString('latin1', start, end), bytes.toString('utf8', from, to));
	return to + 1;
}

/** A field may come several times, and is a list then. */
function addField(entry: Fields, name: string, value: string): void {
	if (!Object.hasOwn(entry, name)) return bounds.set(entry, name, value);
	const before = entry[name];
	if (Array.isArray(before)) before.push(value);
	else bounds.set(entry, name, [before, value]);
}

/** Source of the names: systemd.journal-fields(7). Those with two underscores say where an entry lies, and are not kept. */
function entryOf(fields: Fields, fallback: repair.Fallback, now: number): NewEntry {
	const { MESSAGE, PRIORITY, _HOSTNAME, [lostName]: lost, ...rest } = fields;
	const attributes: Fields = {};
	for (const name in rest) if (!name.startsWith('__')) bounds.set(attributes, name, rest[name]);
	const service = take(attributes, ['CONTAINER_NAME', 'SYSLOG_IDENTIFIER', '_SYSTEMD_UNIT', '_COMM']);
	if (lost !== undefined) bounds.note(attributes, lostName, Number(first(lost)));
	const read = severity.read('PRIORITY', first(PRIORITY));
	if (PRIORITY !== undefined && read === null) bounds.set(attributes, 'PRIORITY', PRIORITY);
	const sent = {
		time: time.read(first(fields.__REALTIME_TIMESTAMP), now),
		severity: isDefault(fields) ? null : read,
		service,
		host: first(_HOSTNAME),
		message: messageOf(MESSAGE) ?? json.stringify(attributes),
		attributes,
		trace_id: null,
		span_id: null
	};
	return repair.sent(sent, fallback, now);
}

/** The first of these that there is; it is an attribute no more. */
function take(attributes: Fields, names: readonly string[]): string | null {
	for (const name of names) {
		const value = first(attributes[name]);
		if (value === null || value === '') continue;
		delete attributes[name];
		return value;
	}
	return null;
}

function messageOf(message: unknown): string | null {
	return Array.isArray(message) ? message.join('\n') : first(message);
}

function first(value: unknown): string | null {
	const one: unknown = Array.isArray(value) ? value[0] : value;
	return typeof one === 'string' ? one : null;
}

/** Whatever a service prints counts as info for journald: then the message may say more (systemd.exec(5), SyslogLevel=). */
const isDefault = ({ _TRANSPORT, PRIORITY }: Fields) => _TRANSPORT === 'stdout' && PRIORITY === '6';

/**
 * `systemd-journal-upload`. One request has all that the journal has; the client ends at anything but a 2xx, and when it runs again
 * it sends everything again.
 */
export const journald: Streaming = {
	format: 'journald',
	slices: (source) => slices(source),
	answer: ({ accepted, rejected }) =>
		Response.json({ accepted, rejected }, { headers: { 'cache-control': 'no-store' } }),
	refuse
};
