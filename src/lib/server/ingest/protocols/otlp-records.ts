import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as time from '../time.ts';

/** Attributes by name, with values as in JSON; a number too large for a double is marked, as by json.parse. */
export type Attributes = Record<string, unknown>;

/** A LogRecord of either encoding. */
export interface LogRecord {
	/** Epoch milliseconds; 0 if it has none. */
	time: number;
	observed: number;
	severityNumber: number;
	severityText: string;
	/** As in JSON; null if it has none. */
	body: unknown;
	attributes: Attributes;
	/** Hexadecimal, or anything else if it is not valid. */
	traceId: string;
	spanId: string;
	eventName: string;
}

export const emptyRecord = (): LogRecord => ({
	time: 0,
	observed: 0,
	severityNumber: 0,
	severityText: '',
	body: null,
	attributes: {},
	traceId: '',
	spanId: '',
	eventName: ''
});

/** What a scope adds to the attributes of its records. Source of the names: OpenTelemetry, "Mapping to non-OTLP formats". */
export function scopeOf(name: string, version: string): Attributes {
	return {
		...(name !== '' && { 'otel.scope.name': name }),
		...(version !== '' && { 'otel.scope.version': version })
	};
}

/** A record as an entry. `around` has the attributes of its resource and scope: its own win. */
export function entryOf(
	record: LogRecord,
	around: Attributes,
	fallback: repair.Fallback,
	now: number
): NewEntry {
	const attributes = { ...around, ...record.attributes };
	const { severityText, eventName } = record;
	const read = severityOf(record);
	const at = time.read(record.time || null, now);
	if (record.time && at === null) bounds.note(attributes, 'original_time', record.time);
	if (eventName !== '') bounds.note(attributes, 'event_name', eventName);
	if (severityText !== '' && severity.read('level', severityText) === null)
		bounds.note(attributes, 'severity_text', severityText);
	return repair.sent(
		{
			time: at,
			observed: time.read(record.observed || null, now),
			severity: read,
			service: null,
			host: null,
			message: messageOf(record, attributes),
			attributes,
			trace_id: idOf(record.traceId, 32),
			span_id: idOf(record.spanId, 16)
		},
		fallback,
		now
	);
}

function severityOf({ severityNumber, severityText }: LogRecord): number | null {
	const isKnown = Number.isInteger(severityNumber) && severityNumber >= 1 && severityNumber <= 24;
	return isKnown ? severityNumber : severity.read('level', severityText);
}

/** A list of pairs has its message among them: the others are attributes then. */
function messageOf({ body, eventName }: LogRecord, attributes: Attributes): string {
	if (body === null) return eventName;
	if (typeof body === 'string') return json.text(body);
	if (typeof body !== 'object' || Array.isArray(body)) return json.stringify(body);
	const { message, msg, ...rest } = body as Attributes;
	const said = message ?? msg;
	if (typeof said !== 'string') return json.stringify(body);
	if (message !== undefined && msg !== undefined) bounds.add(attributes, 'msg', msg);
	for (const name in rest) bounds.add(attributes, name, rest[name]);
	return said;
}

/** An id of zeros or of another length counts as absent. */
function idOf(id: string, digits: number): string | null {
	const isId = id.length === digits && /^[\da-f]*[1-9a-f][\da-f]*$/i.test(id);
	return isId ? id.toLowerCase() : null;
}
