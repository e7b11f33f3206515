import type { Level } from '../../../../log/entry.ts';

/** A line as a program writes it with its usual settings, and what it says. */
export interface Shape {
	/** Whose line it is. */
	of: string;
	line: string;
	level: Level;
	/** ISO 8601; missing if it has none that counts. */
	time?: string;
	attributes?: Record<string, unknown>;
}

export const noon = '2024-05-01T12:00:00.000Z';
export const noon123 = '2024-05-01T12:00:00.123Z';
/** Of lines that have only a time of day. */
export const today = '2024-05-02T12:00:00.000Z';
export const today123 = '2024-05-02T12:00:00.123Z';

/** What an object of fields says; what is missing does not matter. `time` is in epoch milliseconds. */
export interface Expected {
	message?: string;
	level?: Level;
	time?: number | null;
	service?: string;
	host?: string | null;
	trace_id?: string | null;
	span_id?: string | null;
	attributes?: Record<string, unknown>;
}

/** Whose object it is, the object, and what it says. */
export type StructuredShape = [of: string, fields: Record<string, unknown>, says: Expected];

/** In epoch milliseconds. */
export const moment123 = Date.parse(noon123);
