import * as v from 'valibot';
import type { Place } from './order.ts';

/** Where a search by time goes on, and the head that it began with: what has arrived since is not in it. */
export interface Cursor extends Place {
	head: number;
}

/** `tie` is null where a search ended between two times. */
const schema = v.tuple([
	v.number(),
	v.nullable(v.number()),
	v.pipe(v.number(), v.safeInteger(), v.minValue(0))
]);

/** A cursor as text, opaque to those who send it back. */
export function write({ rank, tie, head }: Cursor): string {
	return Buffer.from(JSON.stringify([rank, Number.isFinite(tie) ? tie : null, head])).toString('base64url');
}

/** The cursor that `write` made a text of; null if it is none. */
export function read(text: string): Cursor | null {
	const parsed = v.safeParse(schema, jsonOf(Buffer.from(text, 'base64url').toString()));
	if (!parsed.success) return null;
	const [rank, tie, head] = parsed.output;
	return { rank, tie: tie ?? Infinity, head };
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // which the schema refuses
	}
}
