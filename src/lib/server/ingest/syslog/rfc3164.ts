import { unknown, type Message } from './message.ts';
import type { Priority } from './priority.ts';
import { readBsd, readIso, type Clock, type Stamp } from './timestamp.ts';

/** Cisco's sequence number, and its `*` or `.` for a clock that is not set by anyone. */
const sequence = /(?:\d{1,10}: +)?[*.]?/y;
/** Cisco's `logging origin-id` stands before the time, with a colon. */
const origin = /([\w.-]{1,255}): +[*.]?/y;
/** TAG, which ends with a colon, with the process in brackets or without. */
const tag = /([^\s:[\]%"'{}=<>(),]{1,64})(?:(?:\[([^\]\s]{1,64})\]: ?)|:(?: |$))/y;
const hostname = /([A-Za-z\d][\w.:-]{0,254}|\[[\da-fA-F:.]+\]) +/y;
/** A word that can only be a host: an address, or a name with a dot, a dash or a digit. */
const surelyHost = /[.\d-]/;

/**
 * A message in the manner of RFC 3164, which describes what was seen and prescribes nothing. The time, in any form that devices
 * write, the host and the tag are each optional; what is neither is the message, whole.
 */
export function read(text: string, { facility, level, end }: Priority, clock: Clock): Message {
	sequence.lastIndex = end;
	const at = sequence.test(text) ? sequence.lastIndex : end;
	const stamp = stampAt(text, at, clock);
	if (!stamp) return { ...(fromOrigin(text, at, clock) ?? named(text, end, false)), facility, level };
	const said = named(text, afterStamp(text, stamp.end), true);
	return { ...said, facility, level, time: stamp.time };
}

function fromOrigin(text: string, at: number, clock: Clock): Message | null {
	origin.lastIndex = at;
	const host = origin.exec(text)?.[1];
	const stamp = host === undefined ? null : stampAt(text, origin.lastIndex, clock);
	return host && stamp
		? { ...unknown(text.slice(afterStamp(text, stamp.end))), host, time: stamp.time }
		: null;
}

function stampAt(text: string, at: number, clock: Clock): Stamp | null {
	return readBsd(text, at, clock) ?? readIso(text, at, clock);
}

/** Cisco puts a colon behind the time. */
function afterStamp(text: string, end: number): number {
	const from = text[end] === ':' ? end + 1 : end;
	return text[from] === ' ' ? from + 1 : from;
}

/** HOSTNAME and TAG. A first word is a host only behind a time, and before a tag or if it looks like one. */
function named(text: string, from: number, hasTime: boolean): Message {
	const own = tagAt(text, from);
	if (own || !hasTime) return { ...unknown(text.slice(own?.end ?? from)), ...own?.named };
	hostname.lastIndex = from;
	const host = hostname.exec(text)?.[1] ?? null;
	if (host === null) return unknown(text.slice(from));
	const behind = hostname.lastIndex;
	const follows = tagAt(text, behind);
	if (!follows && !surelyHost.test(host)) return unknown(text.slice(from));
	return { ...unknown(text.slice(follows?.end ?? behind)), ...follows?.named, host };
}

function tagAt(text: string, at: number) {
	tag.lastIndex = at;
	const [, service, procid = null] = tag.exec(text) ?? [];
	return service === undefined ? null : { named: { service, procid }, end: tag.lastIndex };
}
