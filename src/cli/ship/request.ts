import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Place, Portion, Source } from './source.ts';
import type { Pending } from './state.ts';

/** Entries of a source that are taken and not yet confirmed. */
export interface Item extends Portion {
	source: Source;
	from: Place;
}

/**
 * UTF-16 units and entries in one request, unless a single portion is longer: small enough for a proxy's usual limit, and half of
 * the server's (API.md, Limits).
 */
export const usual = { units: 768 * 1024, lines: 5_000 };
/** The longest key that the server takes. */
const longestKey = 128;

/** The first items that make up a request, at least one; they leave the queue. */
export function cut(queue: Item[]): Item[] {
	let units = 0;
	let lines = 0;
	const over = queue.findIndex((item) => {
		units += item.ndjson.length;
		lines += item.lines;
		return units > usual.units || lines > usual.lines;
	});
	return queue.splice(0, over < 0 ? queue.length : Math.max(over, 1));
}

export const linesIn = (items: Item[]) => items.reduce((sum, { lines }) => sum + lines, 0);
/** Whether there is more than a request holds. */
export const isFull = (items: Item[]) => textLength(items) > usual.units / 4;
export const textLength = (items: Item[]) => items.reduce((sum, { ndjson }) => sum + ndjson.length, 0);

/** The body, written piece by piece: joined first, its text would be in memory twice. */
export function bytesOf(items: Item[]): Buffer<ArrayBuffer> {
	const bytes = Buffer.allocUnsafe(items.reduce((sum, { ndjson }) => sum + Buffer.byteLength(ndjson), 0));
	let at = 0;
	for (const { ndjson } of items) at += bytes.write(ndjson, at);
	return bytes;
}

/**
 * The ranges of the items, joined by source, and the key that they have whenever they are sent: a repeat is stored once, also
 * after a crash.
 */
export function pendingOf(items: Item[]): Pending {
	const byId = new Map<string, Pending['parts'][number]>();
	for (const { source, from, to } of items) {
		const part = byId.get(source.id);
		if (part) part.to = to;
		else byId.set(source.id, { id: source.id, from, to });
	}
	const parts = [...byId.values()];
	const text = parts.map(({ id, from, to }) => `${id}:${from}-${to}`).join(' ');
	const key = /^[\x21-\x7e]*$/.test(text) && text.length <= longestKey ? text : hash(text);
	return { key, parts };
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
