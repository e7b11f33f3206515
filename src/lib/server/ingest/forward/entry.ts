import { ExtData } from '@msgpack/msgpack';
import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as time from '../time.ts';
import type { Event } from './message.ts';
import { EventTime } from './msgpack.ts';

/** Deeper records are refused: attributes are kept to 32 levels, and what reads them recurses. */
const mostLevels = 100;

/**
 * An event as an entry; why not, as text, if it is none. The record's own time counts before the event's, which has only seconds from
 * many senders. The tag is an attribute, and the service of last resort.
 */
export function entryOf(
	{ time: given, metadata, record }: Event,
	tag: string,
	fallback: repair.Fallback,
	now: number
): NewEntry | string {
	if (typeof record !== 'object' || record === null || Array.isArray(record))
		return 'the record is not an object';
	if (json.isDeeper(record, mostLevels)) return `nested more than ${mostLevels} levels deep`;
	const fields = plain(record) as Record<string, unknown>;
	bounds.add(fields, 'fluent.tag', tag);
	if (typeof metadata === 'object' && metadata !== null && Object.keys(metadata).length > 0)
		bounds.add(fields, 'fluent.metadata', json.isDeeper(metadata, mostLevels) ? null : plain(metadata));
	const service = fallback.service === '' ? tag : fallback.service;
	const entry = repair.entry(fields, { ...fallback, service }, now);
	if (typeof entry === 'string' || entry.time !== null) return entry;
	return { ...entry, time: time.read(timeOf(given), now) };
}

function timeOf(value: unknown): unknown {
	if (value instanceof EventTime) return value.ms / 1e3;
	return typeof value === 'bigint' ? Number(value) : value;
}

/** What MessagePack has and JSON has not: bytes are text, large integers keep their digits, extensions are base64. */
function plain(value: unknown): unknown {
	if (typeof value === 'bigint')
		return Number.isSafeInteger(Number(value)) ? Number(value) : json.number(String(value));
	if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
	if (typeof value !== 'object' || value === null) return value;
	if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
	if (value instanceof EventTime) return Number.isNaN(value.ms) ? null : new Date(value.ms).toISOString();
	if (value instanceof ExtData) return Buffer.from(value.data as Uint8Array).toString('base64');
	if (Array.isArray(value)) return value.map(plain);
	const object: Record<string, unknown> = {};
	for (const [name, member] of Object.entries(value)) bounds.set(object, name, plain(member));
	return object;
}
