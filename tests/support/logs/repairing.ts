import type { NewEntry } from '../../../src/lib/log/entry.ts';
import * as repair from '../../../src/lib/server/ingest/repair.ts';

/** When every entry repaired here was received. */
export const now = Date.UTC(2024, 4, 2, 12);
/** The fallback of a request that says nothing about its entries. */
export const none = repair.fallback({});

/** The entry, with its attributes parsed; throws if it was rejected. */
export function entry(raw: unknown, fallback = none): Omit<NewEntry, 'attributes'> & { attributes: unknown } {
	const repaired = repair.entry(raw, fallback, now);
	if (typeof repaired === 'string') throw new Error(repaired);
	return { ...repaired, attributes: JSON.parse(repaired.attributes) };
}
