import type { NewEntry } from '../../../log/entry.ts';
import { Joiner } from '../../../log/stack-trace.ts';
import { digest } from '../../digest.ts';
import { refuse } from '../../http/problem.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as time from '../time.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import type { Protocol } from './protocol.ts';

/** Decodes `application/logplex-1`, what Heroku's drains send: messages of RFC 5424 without structured data, each after its length. */
export function decode(sending: Sending): Decoded {
	return { items: items(sending) };
}

function* items(sending: Sending): Generator<NewEntry> {
	const fallback = fallbackOf(sending);
	for (const frame of withTraces(framesOf(sending.bytes))) yield entryOf(frame, fallback, sending);
}

/** The same frames, but those of a stack trace as one, where a process has written them one after the other. */
function* withTraces(frames: Iterable<string>): Generator<string> {
	let begun = null as { text: string; writer: string; joiner: Joiner } | null;
	for (const frame of frames) {
		const [, , , , app, process, message = frame] = header.exec(frame) ?? [];
		const writer = `${app} ${process}`;
		if (begun?.writer === writer && begun.joiner.join(message)) {
			begun.text += `\n${message}`;
			continue;
		}
		if (begun) yield begun.text;
		begun = { text: frame, writer, joiner: new Joiner() };
		begun.joiner.push(message);
	}
	if (begun) yield begun.text;
}

/** Digits, then a space: the length of a frame in bytes (RFC 6587, 3.4.1). */
const mostDigits = 9;
const space = 0x20;
const feed = 0x0a;

/** The texts of frames, which are not empty. What has no length is a frame as far as the end of its line; what is cut off, as it is. */
function* framesOf(bytes: Buffer): Generator<string> {
	for (let at = 0; at < bytes.length;) {
		const begin = at;
		let length = 0;
		while (at - begin < mostDigits && isDigit(bytes[at])) length = length * 10 + bytes[at++]! - 0x30;
		const isCounted = at > begin && bytes[at] === space;
		const start = isCounted ? at + 1 : begin;
		const line = bytes.indexOf(feed, start);
		const end = isCounted ? start + length : line === -1 ? bytes.length : line + 1;
		const frame = bytes.toString('utf8', start, Math.min(end, bytes.length)).replace(/\r?\n$/, '');
		if (frame.trim() !== '') yield frame;
		at = end;
	}
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** PRI VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID MSG. There may be structured data `-` after all. */
const header = /^<(\d{1,3})>\d{1,2} (\S+) (\S+) (\S+) (\S+) \S+ ?([\s\S]*)$/;

function entryOf(frame: string, fallback: repair.Fallback, { now, headers }: Sending): NewEntry {
	const match = header.exec(frame);
	if (!match) return repair.line(frame, fallback, now);
	const [, priority = '', timestamp = '', host = '', app = '', process = '', message = ''] = match;
	const drain = headers['logplex-drain-token'];
	const attributes = {
		...(app !== '-' && { 'heroku.source': app }),
		...(process !== '-' && { 'heroku.dyno': process }),
		...(drain !== undefined && { 'heroku.drain': drain }),
		...(host !== 'host' && host !== '-' && { 'syslog.host': host })
	};
	const read = time.read(timestamp, now);
	const sent = {
		time: read,
		severity: severityOf(Number(priority), app, message),
		service: null,
		host: process === '-' ? null : process,
		message,
		attributes: read === null ? { ...attributes, original_time: timestamp } : attributes,
		trace_id: null,
		span_id: null
	};
	const service = fallback.service || (app === '-' ? '' : app);
	return repair.sent(sent, { ...fallback, service }, now);
}

/**
 * Heroku marks all that a program says as info, and its router's errors as well: only what is worse says something. Null leaves it to the
 * message.
 */
function severityOf(priority: number, app: string, message: string): number | null {
	if (app === 'heroku' && /^at=(?:error|warning)\b/.test(message)) return message[3] === 'e' ? 17 : 13;
	if (app === 'heroku' && /^Error [A-Z]\d+ /.test(message)) return 17;
	const given = priority % 8;
	return given < 5 ? severity.read('level', given) : null;
}

/** Heroku's drains: any 2xx will do. A frame that is sent again has the same id. */
export const logplex: Protocol = {
	format: 'logplex',
	headers: ['logplex-drain-token'],
	repeatKey({ headers }) {
		const id = headers.get('logplex-frame-id');
		return id && digest(`logplex ${id}`);
	},
	answer: () => new Response(null, { status: 204 }),
	refuse
};
