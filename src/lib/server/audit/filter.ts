import * as v from 'valibot';
import { searched } from '../lists/words.ts';
import { actions, type Action } from './audit.ts';

/** Which events are wanted; an omitted field restricts nothing. */
export interface AuditFilter {
	/** An event must contain each of its words. */
	q?: string | undefined;
	action?: Action | undefined;
	/** The first and the last day, UTC, as `2026-11-21`. */
	from?: string | undefined;
	to?: string | undefined;
}

export interface AuditQuery extends AuditFilter {
	/** The id of an event: only those before it. */
	before?: string | undefined;
}

export type Parsed = { ok: true; wanted: AuditQuery } | { ok: false; detail: string };

const day = 24 * 60 * 60 * 1000; // ms
/** How far apart an instance's clock, which makes ids, and the database's may be, in ms. */
const skew = day;

const dayForm = v.pipe(
	v.string(),
	v.check((text) => isDay(text), 'Give days as year, month and day, like 2026-11-21.')
);

const parameters = v.object({
	q: v.optional(searched),
	action: v.optional(v.picklist(actions, 'Unknown action: choose one from the list.')),
	from: v.optional(dayForm),
	to: v.optional(dayForm),
	before: v.optional(
		v.pipe(v.string(), v.toLowerCase(), v.uuid('This page of the list does not exist: start at the first.'))
	)
});

/** Reads the parameters of an audit page's URL; empty ones count as missing, unrelated ones are left alone. */
export function parse(searchParams: URLSearchParams): Parsed {
	const given = Object.fromEntries([...searchParams].filter(([, value]) => value.trim() !== ''));
	const parsed = v.safeParse(parameters, given);
	if (!parsed.success) return { ok: false, detail: parsed.issues[0].message };
	return { ok: true, wanted: parsed.output };
}

/** Where the events of the days from `start` (inclusive) to `end` (exclusive) lie. */
export interface Stretch {
	start: Date;
	end: Date;
	/** Ids are UUIDv7, so in time order: for a range of them the index yields the events there, or nearby. */
	firstId: string;
	endId: string;
}

/** The stretch covered by a filter's days; all time without any. */
export function stretchOf({ from = '1970-01-01', to = '2999-12-31' }: AuditFilter): Stretch {
	const [start, end] = [Date.parse(from), Date.parse(to) + day];
	return { start: new Date(start), end: new Date(end), firstId: idAt(start - skew), endId: idAt(end + skew) };
}

/** The smallest UUIDv7 of a time (epoch ms; RFC 9562, section 5.7). */
function idAt(ms: number): string {
	const hex = Math.max(0, ms).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Limited to years that PostgreSQL supports and people mean. */
function isDay(text: string): boolean {
	if (!/^[12]\d{3}-\d\d-\d\d$/.test(text)) return false;
	const time = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
