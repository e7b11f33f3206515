import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as time from '../time.ts';

/** The fields of GELF 1.1 that become something else than an attribute. `_id` belongs to the server, by the specification. */
const known = new Set(['version', 'host', 'short_message', 'full_message', 'timestamp', 'level', '_id']);

/**
 * A GELF message as an entry. Numbers may be texts. JSON that has no message of GELF is an entry like that of any other shipper.
 */
export function gelfEntry(value: unknown, fallback: repair.Fallback, now: number): NewEntry | string {
	const fields = value as Record<string, unknown>;
	const isGelf =
		typeof value === 'object' && value !== null && ('short_message' in value || 'full_message' in value);
	if (!isGelf) return repair.entry(value, fallback, now);
	const attributes: Record<string, unknown> = {};
	for (const name in fields) {
		if (!known.has(name)) bounds.add(attributes, name.replace(/^_/, ''), fields[name]);
	}
	const sent: repair.Sent = {
		time: time.read(json.plain(fields.timestamp), now),
		severity: severityOf(json.plain(fields.level)),
		service: takeService(attributes),
		host: textOf(fields.host) || null,
		message: messageOf(fields, attributes),
		attributes,
		trace_id: null,
		span_id: null
	};
	return repair.sent(sent, fallback, now);
}

/** `full_message` where it says more than one line; what is not the message and says something else stays an attribute. */
function messageOf(fields: Record<string, unknown>, attributes: Record<string, unknown>): string {
	const [short, full] = [textOf(fields.short_message), textOf(fields.full_message)];
	if (short === '' || full.includes('\n')) {
		if (!full.includes(short)) bounds.add(attributes, 'short_message', short);
		return full;
	}
	if (full !== '' && full !== short) bounds.add(attributes, 'full_message', full);
	return short;
}

/** A level of syslog, or whatever another logger put there. */
function severityOf(level: unknown): number | null {
	if (level === undefined || level === null) return null;
	const number = typeof level === 'string' && /^\d$/.test(level.trim()) ? Number(level) : level;
	return severity.read('PRIORITY', number) ?? severity.read('level', level);
}

function takeService(attributes: Record<string, unknown>): string | null {
	const { service } = attributes;
	if (typeof service !== 'string' || service === '') return null;
	delete attributes.service;
	return service;
}

function textOf(value: unknown): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? json.text(value) : json.stringify(value);
}
