import type { NewEntry } from '../../../log/entry.ts';
import { unpack } from '../frames.ts';
import type { Decoded, Sending } from '../protocols/decoded.ts';
import { parse } from '../protocols/lines.ts';
import * as repair from '../repair.ts';
import { gelfEntry } from '../protocols/gelf.ts';
import { unpackPayload } from './payload.ts';

/** Decodes messages of a GELF listener (frames.ts), compressed or not. Its parameter is `service`. */
export function decode(sending: Sending): Decoded {
	return { items: items(sending) };
}

function* items({ bytes, parameters, now, readsText }: Sending): Generator<NewEntry | string> {
	for (const { from, bytes: frame } of unpack(bytes)) {
		const fallback = repair.fallback({ service: parameters.service ?? null, host: from }, { readsText });
		const found = item(frame, fallback, now);
		if (found !== null) yield found;
	}
}

/** What is no JSON is a message, whole, and other JSON an entry like that of any shipper; what cannot be decompressed is none. Null if it is empty. */
function item(frame: Buffer, fallback: repair.Fallback, now: number): NewEntry | string | null {
	const payload = unpackPayload(frame);
	if (typeof payload === 'string') return payload;
	const text = payload.toString('utf8').replace(/[\0\s]+$/, '');
	if (text === '') return null;
	const value = parse(text);
	if (value instanceof SyntaxError) return repair.line(text, fallback, now);
	return isGelf(value) ? gelfEntry(value, fallback, now) : repair.entry(value, fallback, now);
}

function isGelf(value: unknown): boolean {
	return typeof value === 'object' && value !== null && ('short_message' in value || 'full_message' in value);
}
