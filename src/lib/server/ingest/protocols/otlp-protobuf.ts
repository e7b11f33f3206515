import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import type { Fallback } from '../repair.ts';
import { emptyRecord, entryOf, scopeOf, type Attributes, type LogRecord } from './otlp-records.ts';
import { each, MessageReader, WireType } from './protobuf.ts';

/**
 * The records of an ExportLogsServiceRequest in protobuf, one after the other. The numbers of the fields are those of
 * opentelemetry-proto 1 (logs.proto, common.proto, resource.proto), which are stable.
 * @throws Malformed
 */
export function* read(bytes: Uint8Array, fallback: Fallback, now: number): Generator<NewEntry> {
	for (const ofResource of each(bytes, 1)) {
		const resource: Attributes = {};
		for (const message of each(ofResource, 1)) readAttributes(message, 1, resource);
		for (const ofScope of each(ofResource, 2)) {
			const around = { ...resource };
			for (const message of each(ofScope, 1)) readScope(message, around);
			for (const record of each(ofScope, 2)) yield entryOf(readRecord(record), around, fallback, now);
		}
	}
}

function readAttributes(message: Uint8Array, wanted: number, into: Attributes): void {
	const reader = new MessageReader(message);
	reader.fields(
		(field, type) => field === wanted && type === WireType.LengthDelimited && readPair(reader, into)
	);
}

function readScope(message: Uint8Array, into: Attributes): void {
	const reader = new MessageReader(message);
	let name = '';
	let version = '';
	reader.fields((field, type) => {
		if (type !== WireType.LengthDelimited) return false;
		if (field === 1) name = reader.text();
		else if (field === 2) version = reader.text();
		else return field === 3 && readPair(reader, into);
		return true;
	});
	Object.assign(into, scopeOf(name, version));
}

function readRecord(message: Uint8Array): LogRecord {
	const reader = new MessageReader(message);
	const record = emptyRecord();
	reader.fields((field, type) => {
		if (type === WireType.Bit64) {
			if (field === 1) record.time = reader.fixedNanoseconds();
			else if (field === 11) record.observed = reader.fixedNanoseconds();
			else return false;
		} else if (type === WireType.Varint) {
			if (field !== 2) return false;
			record.severityNumber = reader.int();
		} else if (type === WireType.LengthDelimited) return readPart(reader, field, record);
		else return false;
		return true;
	});
	return record;
}

function readPart(reader: MessageReader, field: number, record: LogRecord): boolean {
	if (field === 3) record.severityText = reader.text();
	else if (field === 5) record.body = readValue(reader);
	else if (field === 6) readPair(reader, record.attributes);
	else if (field === 9) record.traceId = hex(reader.bytes());
	else if (field === 10) record.spanId = hex(reader.bytes());
	else if (field === 12) record.eventName = reader.text();
	else return false;
	return true;
}

/** A KeyValue. */
function readPair(reader: MessageReader, into: Attributes): true {
	let key = '';
	let value: unknown = null;
	reader.message((field, type) => {
		if (type !== WireType.LengthDelimited) return false;
		if (field === 1) key = reader.text();
		else if (field === 2) value = readValue(reader);
		else return false;
		return true;
	});
	bounds.set(into, key, value);
	return true;
}

/** An AnyValue as a value of JSON. */
function readValue(reader: MessageReader): unknown {
	let value: unknown = null;
	reader.message((field, type) => {
		if (type === WireType.LengthDelimited) {
			if (field === 1) value = reader.text();
			else if (field === 5) value = readList(reader);
			else if (field === 6) value = readPairs(reader);
			else if (field === 7) value = Buffer.from(reader.bytes()).toString('base64');
			else return false;
		} else if (field === 2 && type === WireType.Varint) value = reader.bool();
		else if (field === 3 && type === WireType.Varint) value = json.number(reader.int64());
		else if (field === 4 && type === WireType.Bit64) value = finite(reader.double());
		else return false;
		return true;
	});
	return value;
}

function readList(reader: MessageReader): unknown[] {
	const list: unknown[] = [];
	reader.message((field, type) => {
		if (field !== 1 || type !== WireType.LengthDelimited) return false;
		list.push(readValue(reader));
		return true;
	});
	return list;
}

function readPairs(reader: MessageReader): Attributes {
	const pairs: Attributes = {};
	reader.message(
		(field, type) => field === 1 && type === WireType.LengthDelimited && readPair(reader, pairs)
	);
	return pairs;
}

/** JSON has no NaN and no infinity: they are texts, as in OTLP/JSON. */
const finite = (value: number) => (Number.isFinite(value) ? value : String(value));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
