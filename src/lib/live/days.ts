/** The days among the rows: one precedes each row whose date differs from that of the row above. */
import type { Row } from './lines.ts';
import { isSkipped } from './lines.ts';
import type { Zone } from './time.ts';

export interface Day {
	/** `2026-11-20`, in the reader's zone. */
	date: string;
	/** The number of the line that it precedes. */
	before: number;
}

export function isDay(row: Row | Day): row is Day {
	return 'date' in row;
}

/**
 * The day of the first line, and the rows with every other day in its place. Rows of a single day are returned unchanged, as in
 * nearly every frame, and then a line costs two comparisons and no Date.
 */
export function separate(
	rows: readonly Row[],
	zone: Zone
): { first: Day | null; rows: readonly (Row | Day)[] } {
	let first: Day | null = null;
	let span: Span | null = null;
	let separated: (Row | Day)[] | null = null;
	for (const [at, row] of rows.entries()) {
		if (!isSkipped(row) && !(span && contains(span, row.time))) {
			span = spanOf(row.time, zone);
			const day = { date: span.date, before: row.seq };
			if (!first) first = day;
			else (separated ??= rows.slice(0, at)).push(day);
		}
		separated?.push(row);
	}
	return { first, rows: separated ?? rows };
}

/** A day in a form comparable to the times of lines: ISO 8601 in UTC, which sorts as text. */
interface Span {
	date: string;
	from: string;
	to: string;
}

function contains({ from, to }: Span, time: string): boolean {
	return from <= time && time < to;
}

function spanOf(time: string, zone: Zone): Span {
	const utc = time.slice(0, 10);
	if (zone === 'utc') return { date: utc, from: `${utc}T`, to: `${utc}U` };
	const at = new Date(time);
	const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
	const date = [String(year).padStart(4, '0'), twoDigits(month + 1), twoDigits(day)].join('-');
	const [from, to] = [new Date(year, month, day), new Date(year, month, day + 1)];
	return { date, from: from.toISOString(), to: to.toISOString() };
}

function twoDigits(number: number): string {
	return String(number).padStart(2, '0');
}
