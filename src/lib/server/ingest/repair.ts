import { severityOf, type NewEntry } from '../../log/entry.ts';
import * as bounds from './bounds.ts';
import * as json from './json.ts';
import * as severity from './severity.ts';
import * as fields from './understanding/fields.ts';
import * as messages from './understanding/messages.ts';
import { understand } from './understanding/understand.ts';

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
	/** Whether text is read for a level, a time and attributes. JSON is in any case. */
	readsText: boolean;
}

/** An entry of a protocol that says some things itself: null for what it does not say. `time` is in epoch milliseconds. */
export interface Sent extends fields.Given {
	/** When the sender saw it: the time of an entry that nothing else says one of. */
	observed?: number | null;
	message: string;
	attributes: Record<string, unknown>;
}

/** An unreadable default level counts as none: info. */
export function fallback(defaults: Defaults, { readsText = true }: { readsText?: boolean } = {}): Fallback {
	return {
		service: defaults.service ?? '',
		host: defaults.host ?? null,
		severity: severity.read('level', defaults.level) ?? severityOf('info'),
		readsText
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
		return line(typeof raw === 'string' ? json.text(raw) : JSON.stringify(raw), fallback, now);
	for (const _key in raw) return fromFields(raw as fields.Fields, fallback, now);
	return '{} is not an entry: it has no message and no other field';
}

function fromFields(raw: fields.Fields, fallback: Fallback, now: number): NewEntry {
	const whole = messages.isIn(raw) ? null : json.stringify(raw);
	const known = fields.read(raw, fields.nothing, now, true);
	if (whole !== null) return bounds.fit(parts(known, whole, fallback));
	return fromMessage(known, known.message ?? '', fallback, now);
}

/** A bare line of text as an entry. `now` is in epoch milliseconds. */
export function line(message: string, fallback: Fallback, now: number): NewEntry {
	return fromMessage(fields.none(), message, fallback, now);
}

/**
 * An entry of a protocol as one of ours. What it says itself wins; the rest is looked for in its attributes, then in its
 * message; at last comes the fallback. `now` is in epoch milliseconds. The attributes are used up.
 */
export function sent(sent: Sent, fallback: Fallback, now: number): NewEntry {
	const known = fields.read(sent.attributes, sent, now, false);
	known.observed = sent.observed ?? known.observed;
	return fromMessage(known, sent.message, fallback, now);
}

/** Attributes that the message has are left there if they are too many to keep beside the others. */
function fromMessage(known: fields.Known, message: string, fallback: Fallback, now: number): NewEntry {
	const more = understand(known, message, fallback.readsText, now);
	if (more === null) return bounds.fit(parts(known, message, fallback));
	const whole = bounds.fitWhole(parts(more, more.message ?? message, fallback));
	return whole ?? bounds.fit(parts({ ...more, attributes: known.attributes }, message, fallback));
}

function parts(known: fields.Known, message: string, fallback: Fallback): bounds.Parts {
	const given = fallback.service === '' || !known.isHint ? known.service : null;
	return {
		time: known.time ?? known.observed,
		severity: known.severity ?? fallback.severity,
		service: given ?? fallback.service,
		host: known.host ?? fallback.host,
		message,
		attributes: known.attributes,
		trace_id: known.trace_id,
		span_id: known.span_id
	};
}
