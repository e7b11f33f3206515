import type { Message } from './message.ts';
import type { Priority } from './priority.ts';
import * as structuredData from './structured-data.ts';
import { readIso, type Clock } from './timestamp.ts';

/** VERSION, then TIMESTAMP, HOSTNAME, APP-NAME, PROCID and MSGID, each `-` if unknown. */
const header = /1 +(\S+) +(\S+) +(\S+) +(\S+) +(\S+)(?: |$)/y;
const byteOrderMark = '\ufeff';

/**
 * A message of RFC 5424 behind its priority; null if it is none. Without STRUCTURED-DATA, as Heroku sends, everything behind MSGID
 * is the message.
 */
export function read(text: string, { facility, level, end }: Priority, clock: Clock): Message | null {
	header.lastIndex = end;
	const [, timestamp = '', host, service, procid, msgid] = header.exec(text) ?? [];
	const time = timestamp === '-' ? null : readIso(timestamp, 0, clock);
	if (timestamp !== '-' && time?.end !== timestamp.length) return null;
	const from = header.lastIndex;
	const found = structuredData.read(text, from);
	const message = found ? text.slice(found.end + 1) : text.slice(from);
	return {
		facility,
		level,
		time: time?.time ?? null,
		host: given(host),
		service: given(service),
		procid: given(procid),
		msgid: given(msgid),
		elements: found?.elements ?? [],
		message: message.startsWith(byteOrderMark) ? message.slice(1) : message
	};
}

const given = (value: string | undefined) => (value === undefined || value === '-' ? null : value);
