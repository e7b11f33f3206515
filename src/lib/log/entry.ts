/**
 * A log line as a writer appends it: decoded from any wire format and repaired, so that it always fits.
 * Nothing in it refers to its organization; the store is told that separately.
 */
export interface NewEntry {
	/** When it happened, epoch milliseconds; null stands for the time of receipt. */
	time: number | null;
	/** OpenTelemetry SeverityNumber, 1 to 24. */
	severity: number;
	service: string;
	host: string | null;
	message: string;
	/** A JSON object as text (`{}` when there are none): it is stored and sent on, hardly ever looked into. */
	attributes: string;
	trace_id: string | null;
	span_id: string | null;
}

/** A log line as it is read back: by the API, the stream and the page. */
export interface Entry {
	/** The line number within the organization: it has no holes, and its order is the order of the commits. */
	seq: number;
	/** ISO 8601, UTC, milliseconds. */
	time: string;
	/** ISO 8601, UTC, milliseconds; never runs against `seq`. */
	received_at: string;
	level: Level;
	severity: number;
	service: string;
	host: string | null;
	message: string;
	attributes: Record<string, unknown>;
	trace_id: string | null;
	span_id: string | null;
}

/** The six levels, in rising order. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

/**
 * The level that a severity belongs to: four numbers a level.
 * Source: OpenTelemetry logs data model, "Displaying Severity".
 */
export function levelOf(severity: number): Level {
	return levels[Math.min(5, Math.max(0, (severity - 1) >> 2))] ?? 'info';
}

/** The lowest severity of a level: trace 1, debug 5, info 9, warn 13, error 17, fatal 21. */
export function severityOf(level: Level): number {
	return levels.indexOf(level) * 4 + 1;
}
