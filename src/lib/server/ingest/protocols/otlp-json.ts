import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import type { Fallback } from '../repair.ts';
import { emptyRecord, entryOf, scopeOf, type Attributes, type LogRecord } from './otlp-records.ts';

type Fields = Record<string, unknown>;

/**
 * The records of an ExportLogsServiceRequest in JSON, parsed. Names in snake_case are not in the specification, but occur. What is
 * not of the expected kind counts as absent.
 */
export function* read(request: Fields, fallback: Fallback, now: number): Generator<NewEntry> {
	for (const ofResource of list(request, 'resourceLogs', 'resource_logs')) {
		const resource: Attributes = {};
		readPairs(list(fieldsOf(ofResource.resource), 'attributes'), resource);
		for (const ofScope of list(ofResource, 'scopeLogs', 'scope_logs')) {
			const scope = fieldsOf(ofScope.scope);
			const around = { ...resource };
			readPairs(list(scope, 'attributes'), around);
			Object.assign(around, scopeOf(textOf(scope.name), textOf(scope.version)));
			for (const record of list(ofScope, 'logRecords', 'log_records'))
				yield entryOf(readRecord(record), around, fallback, now);
		}
	}
}

function readRecord(sent: Fields): LogRecord {
	const record = emptyRecord();
	record.time = milliseconds(sent.timeUnixNano ?? sent.time_unix_nano);
	record.observed = milliseconds(sent.observedTimeUnixNano ?? sent.observed_time_unix_nano);
	record.severityNumber = severityNumber(sent.severityNumber ?? sent.severity_number);
	record.severityText = textOf(sent.severityText ?? sent.severity_text);
	record.body = readValue(sent.body);
	readPairs(list(sent, 'attributes'), record.attributes);
	record.traceId = id(textOf(sent.traceId ?? sent.trace_id), 16);
	record.spanId = id(textOf(sent.spanId ?? sent.span_id), 8);
	record.eventName = textOf(sent.eventName ?? sent.event_name);
	return record;
}

function readPairs(pairs: Fields[], into: Attributes): void {
	for (const { key, value } of pairs) if (typeof key === 'string') bounds.set(into, key, readValue(value));
}

/** An AnyValue as a value of JSON. One without a value is `{}`, which stands for null. */
function readValue(any: unknown): unknown {
	const value = fieldsOf(any);
	for (const name in value) {
		const content = value[name];
		if (content === null) continue;
		switch (name) {
			case 'stringValue':
			case 'string_value':
			case 'boolValue':
			case 'bool_value':
			case 'bytesValue':
			case 'bytes_value':
			case 'doubleValue':
			case 'double_value':
				return content;
			case 'intValue':
			case 'int_value':
				return integer(content);
			case 'arrayValue':
			case 'array_value':
				return list(fieldsOf(content), 'values').map(readValue);
			case 'kvlistValue':
			case 'kvlist_value': {
				const pairs: Attributes = {};
				readPairs(list(fieldsOf(content), 'values'), pairs);
				return pairs;
			}
		}
	}
	return null;
}

/** 64 bits come as a text (protobuf's JSON) or as a number (the SDK for JavaScript). */
function integer(value: unknown): unknown {
	if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return value;
	const number = Number(value);
	return String(number) === value ? number : json.number(value);
}

/** Nanoseconds as whole milliseconds; 0 if there are none. */
function milliseconds(value: unknown): number {
	const digits = typeof value === 'string' ? json.text(value) : String(value ?? '');
	if (/^\d{7,20}$/.test(digits)) return Number(digits.slice(0, -6));
	return typeof value === 'number' && value > 0 ? Math.floor(value / 1e6) : 0;
}

/** A number, or the name of protobuf's enumeration: SEVERITY_NUMBER_WARN2. */
function severityNumber(value: unknown): number {
	if (typeof value !== 'string') return Number(value ?? 0);
	if (/^\d+$/.test(value)) return Number(value);
	const [, name = '', step = '1'] = /^SEVERITY_NUMBER_([A-Z]+)([2-4])?$/.exec(value) ?? [];
	const level = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].indexOf(name);
	return level === -1 ? 0 : level * 4 + Number(step);
}

/** Hexadecimal of either case; base64 of as many bytes is taken too. */
function id(text: string, bytes: number): string {
	if (text.length === bytes * 2) return text;
	const decoded = Buffer.from(text, 'base64');
	return decoded.length === bytes ? decoded.toString('hex') : text;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? json.text(value) : '');

function fieldsOf(value: unknown): Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The objects of a list under the first of these names that has one. */
function list(from: Fields, ...names: string[]): Fields[] {
	for (const name of names) {
		const value = from[name];
		if (Array.isArray(value)) return value.map(fieldsOf);
	}
	return [];
}
