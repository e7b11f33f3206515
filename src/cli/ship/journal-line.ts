/** An entry of the journal as `journalctl -o json --all` prints it: systemd.journal-fields(7). */
import { Buffer } from 'node:buffer';
import { membersOf, type Origin } from '../delivery/entry.ts';
import type { Asked } from './shape.ts';

export interface JournalLine {
	cursor: string;
	text: string;
	/** In µs. */
	time: number | undefined;
	/** Lines of different streams do not continue one another. Null: it is whole, whatever its lines. */
	stream: string | null;
	origin: Origin;
}

/** Of the fields that the journal adds, those that are kept; all that the program gave are. */
const kept = new Set(['_SYSTEMD_UNIT', '_SYSTEMD_USER_UNIT', '_PID', '_COMM', '_TRANSPORT']);
/** What becomes something else, or says only how it came. */
const used = new Set(['MESSAGE', 'SYSLOG_IDENTIFIER', 'SYSLOG_TIMESTAMP', 'SYSLOG_RAW', 'SYSLOG_PID']);

/** Null if it is no entry. `hostAsked`: whether the host is given, so that the journal's does not count. */
export function read(line: string, { service, labels }: Asked, hostAsked: boolean): JournalLine | null {
	const fields = parse(line);
	const cursor = fields && textOf(fields.__CURSOR);
	if (!fields || cursor === null) return null;
	const name = textOf(fields.SYSLOG_IDENTIFIER) ?? textOf(fields._SYSTEMD_UNIT);
	const host = hostAsked ? null : textOf(fields._HOSTNAME);
	const time = Number(textOf(fields.__REALTIME_TIMESTAMP) ?? NaN);
	const members = membersOf({ ...(host !== null && { host }), ...attributesOf(fields), ...labels });
	return {
		cursor,
		text: textOf(fields.MESSAGE) ?? '',
		time: Number.isFinite(time) ? time : undefined,
		stream: streamOf(fields),
		origin: { service: service ?? name, members }
	};
}

type Fields = Record<string, unknown>;

function parse(line: string): Fields | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null ? { ...value } : null;
	} catch {
		return null; // no entry of the journal
	}
}

/** A value may be text, an array of bytes if it is not printable, an array of values if the field is repeated, or null. */
function textOf(value: unknown): string | null {
	if (typeof value === 'string') return value;
	if (!Array.isArray(value)) return value === null || value === undefined ? null : String(value);
	if (value.every((part) => typeof part === 'number')) return Buffer.from(value).toString();
	return value.map((part) => textOf(part) ?? '').join('\n');
}

function attributesOf(fields: Fields): Record<string, string> {
	const attributes: Record<string, string> = {};
	for (const [name, value] of Object.entries(fields)) {
		const text = (name.startsWith('_') ? kept : allBut).has(name) ? textOf(value) : null;
		if (text !== null) attributes[name] = text;
	}
	return attributes;
}

const allBut = { has: (name: string) => !used.has(name) };

/** What a service prints comes line by line; everything else comes whole. */
function streamOf(fields: Fields): string | null {
	if (fields._TRANSPORT !== 'stdout') return null;
	return [fields._STREAM_ID, fields._SYSTEMD_UNIT, fields._PID].map(textOf).join(' ');
}
