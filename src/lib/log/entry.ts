/**
 * A log line as a writer appends it: decoded from any wire format and repaired, so that it always fits. It does not name its
 * organization; the store gets that separately.
 */
export interface NewEntry {
	/** When it happened, epoch milliseconds; null means the time of receipt. */
	time: number | null;
	/** OpenTelemetry SeverityNumber, 1 to 24. */
	severity: number;
	service: string;
	host: string | null;
	message: string;
	/** A JSON object as text (`{}` if there are none): it is stored and passed on, rarely inspected. */
	attributes: string;
	trace_id: string | null;
	span_id: string | null;
}

/** A log line as read back: by the API, the stream and the page. */
export interface Entry {
	/** The line number within the organization: without gaps, in the order of the commits. */
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

/** The level of a severity: four numbers a level. Source: OpenTelemetry logs data model, "Displaying Severity". */
export function levelOf(severity: number): Level {
	return levels[levelIndexOf(severity)] as Level;
}

/** The same as an index into `levels`. */
export function levelIndexOf(severity: number): number {
	return Math.min(levels.length - 1, Math.max(0, (severity - 1) >> 2));
}

/** The lowest severity of a level: trace 1, debug 5, info 9, warn 13, error 17, fatal 21. */
export function severityOf(level: Level): number {
	return levels.indexOf(level) * 4 + 1;
}
