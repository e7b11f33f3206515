import { gunzipSync } from 'node:zlib';
import type { NewEntry } from '../../../log/entry.ts';
import { digest } from '../../digest.ts';
import type { Refused } from '../../http/problem.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as text from '../text.ts';
import * as time from '../time.ts';
import { fallbackOf, type Decoded, type Refusal, type Sending } from './decoded.ts';
import { isFields, nameOf, valuesOf, withMessage, type Fields } from './json-values.ts';
import { linesOf, parse, tooMuch } from './lines.ts';
import { Malformed } from './malformed.ts';
import type { Asked, Protocol } from './protocol.ts';

interface Context {
	fallback: repair.Fallback;
	/** What the delivery stream says of all records. */
	common: Fields;
	now: number;
}

/** Decodes a delivery of Amazon Data Firehose: records in base64, of lines, of JSON, or of what CloudWatch Logs subscribes to. */
export function decode(sending: Sending): Decoded | Refusal {
	const request = parse(text.read(sending.bytes, null));
	if (request instanceof json.TooMuch) return tooMuch;
	if (!isFields(request) || !Array.isArray(request.records))
		return { status: 400, detail: 'The body is not a delivery of Firehose: it has no list "records".' };
	const { service, level, host, ...common } = commonOf(sending.headers['x-amz-firehose-common-attributes']);
	const parameters = { ...named({ service, level, host }), ...sending.parameters };
	const context = { fallback: fallbackOf({ ...sending, parameters }), common, now: sending.now };
	return { items: items(request.records, context), told: { requestId: nameOf(request.requestId) } };
}

function commonOf(header: string | undefined): Fields {
	const value = header === undefined ? null : parse(header);
	const common = isFields(value) ? value.commonAttributes : null;
	return isFields(common) ? { ...common } : {};
}

function named(fields: Fields): Record<string, string> {
	return Object.fromEntries(
		Object.entries(fields).flatMap(([name, value]) => {
			const text = nameOf(value);
			return text === null ? [] : [[name, text]];
		})
	);
}

/** What the records of a delivery have at most together once they are decompressed, in bytes: as much as a body. */
const mostBytes = 64 * 1024 * 1024;

function* items(records: unknown[], context: Context): Generator<NewEntry | string> {
	let room = mostBytes;
	for (const record of records) {
		const data = isFields(record) ? record.data : null;
		if (typeof data !== 'string') {
			yield 'a record has its content in base64 as "data"';
			continue;
		}
		const bytes = unpacked(Buffer.from(data, 'base64'), room);
		room -= bytes.length;
		yield* ofRecord(text.read(bytes, null), context);
	}
}

/** A record that CloudWatch Logs made is compressed; its first bytes say so. */
function unpacked(bytes: Buffer, room: number): Buffer {
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
	try {
		return gunzipSync(bytes, { maxOutputLength: Math.max(1, room) });
	} catch (error) {
		if (error instanceof RangeError) throw new Malformed('its records are larger than 64 MiB in all');
		throw new Malformed('a record is not valid gzip data');
	}
}

function* ofRecord(record: string, context: Context): Generator<NewEntry | string> {
	const { common, fallback, now } = context;
	for (const value of /^\s*[{[]/.test(record) ? jsonOf(record) : linesOf(record)) {
		if (isFields(value) && Array.isArray(value.logEvents)) {
			yield* ofCloudWatch(value, value.logEvents, context);
			continue;
		}
		const entry = isFields(value) ? withMessage(value) : { message: value };
		for (const name in common) bounds.add(entry, name, common[name]);
		yield repair.entry(entry, fallback, now);
	}
}

/** The values of a record; if it is not JSON after all, its lines: a record that nobody can read is a message, whole. */
function jsonOf(record: string): Iterable<unknown> {
	try {
		return [...valuesOf(record)];
	} catch (error) {
		if (error instanceof Malformed) return linesOf(record);
		throw error;
	}
}

/** Source: CloudWatch Logs, "Real-time processing of log data with subscriptions". Its messages to itself have no lines. */
function* ofCloudWatch(value: Fields, events: unknown[], context: Context): Generator<NewEntry | string> {
	if (value.messageType === 'CONTROL_MESSAGE') return;
	const { owner, logGroup, logStream } = value;
	const around = named({
		'cloud.account.id': owner,
		'aws.log.group.names': logGroup,
		'aws.log.stream.names': logStream
	});
	const group = (nameOf(logGroup) ?? '').split('/').at(-1) ?? '';
	const fallback = { ...context.fallback, service: context.fallback.service || group };
	for (const event of events) {
		if (!isFields(event)) yield 'an event of CloudWatch is an object';
		else yield ofEvent(event, { ...context.common, ...around }, fallback, context.now);
	}
}

function ofEvent(event: Fields, around: Fields, fallback: repair.Fallback, now: number): NewEntry {
	const { id, timestamp, message, extractedFields, ...rest } = event;
	const attributes: Fields = { ...around, ...rest };
	if (isFields(extractedFields))
		for (const name in extractedFields) bounds.add(attributes, name, extractedFields[name]);
	if (nameOf(id) !== null) bounds.add(attributes, 'aws.log.event.id', id);
	const said = typeof message === 'string' ? json.text(message) : json.stringify(message ?? event);
	const sent = {
		time: time.read(json.plain(timestamp), now),
		severity: null,
		service: null,
		host: null,
		message: said.replace(/\r?\n$/, ''),
		attributes,
		trace_id: null,
		span_id: null
	};
	return repair.sent(sent, fallback, now);
}

/** Firehose counts an answer as a success only if it is a 200 with exactly the request's id and a time; it sends everything else again. */
export const firehose: Protocol = {
	format: 'firehose',
	headers: ['x-amz-firehose-common-attributes'],
	repeatKey: ({ headers }) => {
		const id = headers.get(idHeader);
		return id && digest(`firehose ${id}`);
	},
	answer: (_result, asked, told) => respond(200, idOf(asked, told)),
	refuse({ status, detail, retryAfterS = 1 }: Refused, asked) {
		const response = respond(status, idOf(asked, null), detail);
		if (status === 429 || status === 503) response.headers.set('retry-after', String(retryAfterS));
		return response;
	}
};

const idHeader = 'x-amz-firehose-request-id';

function idOf({ headers }: Asked, told: unknown): string {
	return (isFields(told) ? nameOf(told.requestId) : null) ?? headers.get(idHeader) ?? '';
}

function respond(status: number, requestId: string, errorMessage?: string): Response {
	const body = { requestId, timestamp: Date.now(), ...(errorMessage !== undefined && { errorMessage }) };
	return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}
