import { severityOf, type NewEntry } from '../../log/entry.ts';
import * as bounds from './bounds.ts';
import * as json from './json.ts';
import * as severity from './severity.ts';
import * as time from './time.ts';

/** The request's values for entries that lack their own. */
export interface Defaults {
	service?: string | null;
	level?: string | null;
	host?: string | null;
}

/** Defaults, read once per request. */
export interface Fallback {
	service: string;
	host: string | null;
	severity: number;
}

type Fields = Record<string, unknown>;

/** The meaningful fields, aliases in API.md's order: the first usable one counts. */
const messageNames = ['message', 'msg', 'log', 'body'];
const timeNames = ['time', 'timestamp', '@timestamp', 'ts'];
const traceNames = ['trace_id', 'traceId'];
const spanNames = ['span_id', 'spanId'];
const names = [
	...messageNames,
	...timeNames,
	...severity.fields,
	...traceNames,
	...spanNames,
	'service',
	'host'
];

/** The values of an entry's meaningful fields, by their index in `names`; undefined if absent or taken. */
type Known = unknown[];
const slots = new Map(names.map((name, slot) => [name, slot]));
const slotsOf = (some: readonly string[]) => some.map((name) => names.indexOf(name));
const messageSlots = slotsOf(messageNames);
const timeSlots = slotsOf(timeNames);
const severitySlots = slotsOf(severity.fields);
const traceSlots = slotsOf(traceNames);
const spanSlots = slotsOf(spanNames);
const serviceSlots = slotsOf(['service']);
const hostSlots = slotsOf(['host']);

/** An unreadable default level counts as none: info. */
export function fallback(defaults: Defaults): Fallback {
	return {
		service: defaults.service ?? '',
		host: defaults.host ?? null,
		severity: severity.read('level', defaults.level) ?? severityOf('info')
	};
}

/**
 * A parsed JSON value as an entry, by API.md: repaired, not rejected. For `null`, an array and `{}` the reason why it is
 * rejected. `now` is in epoch milliseconds. An object is used up: it may have changed afterwards.
 */
export function entry(raw: unknown, fallback: Fallback, now: number): NewEntry | string {
	if (raw === null) return 'null is not an entry';
	if (Array.isArray(raw)) return 'an array is not an entry: send its members as entries of their own';
	if (typeof raw !== 'object')
		return line(typeof raw === 'string' ? json.text(raw) : JSON.stringify(raw), fallback);
	const fields = raw as Fields;
	for (const _key in fields) return fromFields(fields, fallback, now);
	return '{} is not an entry: it has no message and no other field';
}

/** A line as a protocol gives it. What it leaves out is looked for in its attributes. */
export interface Sent {
	/** Epoch milliseconds. */
	time: number | null;
	severity: number | null;
	service: string | null;
	host: string | null;
	message: string;
	attributes: Fields;
	trace_id: string | null;
	span_id: string | null;
}

export function sent(line: Sent, fallback: Fallback, _now: number): NewEntry {
	const { attributes } = line;
	return bounds.fit({
		...line,
		severity: line.severity ?? fallback.severity,
		service: line.service ?? (attributes['service.name'] as string | undefined) ?? fallback.service,
		host: line.host ?? (attributes['host.name'] as string | undefined) ?? fallback.host
	});
}

/** A bare line of text as an entry. */
export function line(message: string, fallback: Fallback): NewEntry {
	return bounds.fit({ ...fallback, message, time: null, attributes: {}, trace_id: null, span_id: null });
}

function fromFields(raw: Fields, fallback: Fallback, now: number): NewEntry {
	const whole = messageNames.some((name) => raw[name] !== undefined) ? '' : json.stringify(raw);
	const { known, attributes } = sort(raw);
	const parts: bounds.Parts = {
		time: takeTime(known, attributes, now),
		severity: takeSeverity(known) ?? fallback.severity,
		service: takeName(known, serviceSlots) ?? fallback.service,
		host: takeName(known, hostSlots) ?? fallback.host,
		message: takeMessage(known) ?? whole,
		attributes,
		trace_id: takeName(known, traceSlots),
		span_id: takeName(known, spanSlots)
	};
	addUntaken(known, attributes);
	return bounds.fit(parts);
}

/** An unused field is an attribute like any other; a null in a meaningful field means that it is absent. */
function addUntaken(known: Known, attributes: Fields): void {
	for (let slot = 0; slot < names.length; slot += 1) {
		const value = known[slot];
		if (value !== undefined && value !== null) bounds.add(attributes, names[slot]!, value);
	}
}

/** The meaningful fields, and the others, which join the entry's own `attributes` under their names. */
function sort(raw: Fields): { known: Known; attributes: Fields } {
	const known: Known = new Array(names.length);
	const own = raw.attributes;
	const hasOwn = typeof own === 'object' && own !== null && !Array.isArray(own);
	const attributes = hasOwn ? (own as Fields) : {};
	const join = hasOwn ? bounds.add : bounds.set;
	for (const key in raw) {
		const slot = slots.get(key);
		if (slot !== undefined) known[slot] = json.plain(raw[key]);
		else if (key !== 'attributes' || (!hasOwn && own !== null)) join(attributes, key, raw[key]);
	}
	return { known, attributes };
}

/** The first message that is not null, as text; `null` if all are; null if there is none. */
function takeMessage(known: Known): string | null {
	let none: string | null = null;
	for (const slot of messageSlots) {
		const message = known[slot];
		if (message === null) none = 'null';
		if (message === undefined || message === null) continue;
		known[slot] = undefined;
		return typeof message === 'string' ? message : json.stringify(message);
	}
	return none;
}

/** The first readable time; if there is none, the first of the others is kept as `original_time`. */
function takeTime(known: Known, attributes: Fields, now: number): number | null {
	let unread: number | null = null;
	for (const slot of timeSlots) {
		if (known[slot] === undefined || known[slot] === null) continue;
		const read = time.read(known[slot], now);
		unread ??= slot;
		if (read === null) continue;
		known[slot] = undefined;
		return read;
	}
	if (unread === null) return null;
	bounds.note(attributes, 'original_time', known[unread]);
	known[unread] = undefined;
	return null;
}

function takeSeverity(known: Known): number | null {
	for (const slot of severitySlots) {
		if (known[slot] === undefined) continue;
		const read = severity.read(names[slot] as severity.Field, known[slot]);
		if (read === null) continue;
		known[slot] = undefined;
		return read;
	}
	return null;
}

/**
 * The first of some fields that is a name: text, or a number or boolean as text. An object or a list stays an attribute, but an
 * object's own `name` (ECS: `service.name`, `host.name`) is used.
 */
function takeName(known: Known, from: number[]): string | null {
	for (const slot of from) {
		const value = known[slot];
		if (value === undefined || value === null) continue;
		if (typeof value !== 'object') {
			known[slot] = undefined;
			return String(value);
		}
		if ('name' in value && typeof value.name === 'string') return value.name;
	}
	return null;
}
