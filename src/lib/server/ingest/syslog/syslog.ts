import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import { parse } from '../protocols/lines.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as time from '../time.ts';
import * as key from './key.ts';
import { unknown, type Message } from './message.ts';
import * as priority from './priority.ts';
import * as rfc3164 from './rfc3164.ts';
import * as rfc5424 from './rfc5424.ts';
import type { Clock } from './timestamp.ts';

/**
 * A frame as an entry, whatever it is: RFC 5424, RFC 3164, an entry in JSON or a line of text. What cannot be parsed is a message,
 * whole. `fallback` has the host that it came from. Null if it says nothing.
 */
export function entry(frame: Buffer, fallback: repair.Fallback, clock: Clock): NewEntry | string | null {
	const text = textOf(frame);
	if (text.startsWith('{')) {
		const value = parse(text);
		if (!(value instanceof SyntaxError)) return repair.entry(value, fallback, clock.now);
	}
	const message = read(text, clock);
	const saysNothing =
		message.message.trim() === '' && message.msgid === null && message.elements.length === 0;
	return saysNothing ? null : entryOf(message, fallback, clock.now);
}

/**
 * Who wrote a frame, as far as it says so, and its message: what continues a stack trace has the same writer. `writer` is null for a
 * line without a header, which is how a message with line breaks arrives when each frame is a line.
 */
export function writerOf(frame: Buffer, clock: Clock): { writer: string | null; message: string } {
	const text = textOf(frame);
	const { host, service, procid, message } = read(text, clock);
	return { writer: text.startsWith('<') ? [host, service, procid].join(' ') : null, message };
}

/** A frame with lines behind its message. */
export function extended(frame: Buffer, lines: readonly string[]): Buffer {
	return Buffer.concat([frame.subarray(0, endOf(frame)), Buffer.from(['', ...lines].join('\n'))]);
}

/** What a message says, by the first form that fits. */
export function read(text: string, clock: Clock): Message {
	const found = priority.read(text);
	if (!found) return unknown(text);
	return rfc5424.read(text, found, clock) ?? rfc3164.read(text, found, clock);
}

/** Without a byte order mark, and without the line end and NULs that some senders put behind a datagram. */
function textOf(frame: Buffer): string {
	const hasMark = frame[0] === 0xef && frame[1] === 0xbb && frame[2] === 0xbf;
	return frame.toString('utf8', hasMark ? 3 : 0, endOf(frame));
}

function endOf(frame: Buffer): number {
	let end = frame.length;
	while (end > 0 && isEnd(frame[end - 1])) end -= 1;
	return end;
}

const isEnd = (byte: number | undefined) => byte === 0x0a || byte === 0x0d || byte === 0;

function entryOf(message: Message, fallback: repair.Fallback, now: number): NewEntry {
	const { facility, procid, msgid, level } = message;
	const attributes: Record<string, unknown> = {};
	if (facility !== null) attributes['syslog.facility'] = facility;
	if (procid !== null) attributes['syslog.procid'] = procid;
	if (msgid !== null) attributes['syslog.msgid'] = msgid;
	for (const { id, parameters } of message.elements) {
		if (key.isHolder(id)) continue;
		for (const [name, value] of parameters) bounds.add(attributes, `syslog.${id}.${name}`, value);
	}
	const sent: repair.Sent = {
		time: message.time === null ? null : time.read(message.time, now),
		severity: level === null ? null : severity.read('PRIORITY', level),
		service: message.service,
		host: message.host,
		message: message.message,
		attributes,
		trace_id: null,
		span_id: null
	};
	return repair.sent(sent, fallback, now);
}
