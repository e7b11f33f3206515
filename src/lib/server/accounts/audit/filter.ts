import * as v from 'valibot';
import { actions, type Action } from './audit.ts';

/** Which events are wanted; what is left out restricts nothing. */
export interface AuditFilter {
	/** Each of its words occurs in an event. */
	q?: string | undefined;
	action?: Action | undefined;
	/** The first and the last day, UTC, as `2026-11-21`. */
	from?: string | undefined;
	to?: string | undefined;
}

export interface Wanted extends AuditFilter {
	/** The id of an event: only those before it. */
	before?: string | undefined;
}

export type Parsed = { ok: true; wanted: Wanted } | { ok: false; detail: string };

/** Words and characters of a search, so that one costs no more than a look at each event. */
const mostWords = 20;
const longestSearch = 200;
const day = 24 * 60 * 60 * 1000; // ms
/** How far the clocks of an instance, which makes ids, and of the database may be apart, in ms. */
const skew = day;

/** What people search for in lists, in audits as in those of organizations and users. */
export const searched = v.pipe(
	v.string(),
	v.maxLength(longestSearch, `Search for at most ${longestSearch} characters.`),
	v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'Search for one line of text.'),
	v.check((text) => wordsOf(text).length <= mostWords, `Search for at most ${mostWords} words.`)
);

const dayForm = v.pipe(
	v.string(),
	v.check((text) => isDay(text), 'Give days as year, month and day, like 2026-11-21.')
);

const parameters = v.object({
	q: v.optional(searched),
	action: v.optional(v.picklist(actions, 'There is no such action: choose one from the list.')),
	from: v.optional(dayForm),
	to: v.optional(dayForm),
	before: v.optional(
		v.pipe(v.string(), v.toLowerCase(), v.uuid('This is no page of the list: begin at its first.'))
	)
});

/** Reads the parameters of an audit page's address; an empty one is none, and those of others are left alone. */
export function parse(searchParams: URLSearchParams): Parsed {
	const given = Object.fromEntries([...searchParams].filter(([, value]) => value.trim() !== ''));
	const parsed = v.safeParse(parameters, given);
	if (!parsed.success) return { ok: false, detail: parsed.issues[0].message };
	return { ok: true, wanted: parsed.output };
}

/**
 * A pattern of LIKE for each word, which must occur as it was typed. In small letters: addresses are kept so, and a
 * database with the locale C knows upper and lower case of ASCII alone.
 */
export function patternsOf(text = ''): string[] {
	return wordsOf(text.toLowerCase()).map(patternOf);
}

/** The same for words in the text of JSON, which has quotes and backslashes escaped. */
export function patternsInJson(text = ''): string[] {
	return wordsOf(text.toLowerCase()).map((word) => patternOf(word.replace(/["\\]/g, '\\$&')));
}

const patternOf = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

/** Where the events lie of the days from `start` (inclusive) to `end` (exclusive). */
export interface Stretch {
	start: Date;
	end: Date;
	/** Ids are UUIDv7, in the order of time: of a stretch of them the index gives what lies there, or near. */
	firstId: string;
	endId: string;
}

/** The stretch that the days of a filter cover; without any, all time. */
export function stretchOf({ from = '1970-01-01', to = '2999-12-31' }: AuditFilter): Stretch {
	const [start, end] = [Date.parse(from), Date.parse(to) + day];
	return { start: new Date(start), end: new Date(end), firstId: idAt(start - skew), endId: idAt(end + skew) };
}

/** The least UUIDv7 of a time (epoch ms; RFC 9562, section 5.7). */
function idAt(ms: number): string {
	const hex = Math.max(0, ms).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** Of a year that PostgreSQL has and people mean. */
function isDay(text: string): boolean {
	if (!/^[12]\d{3}-\d\d-\d\d$/.test(text)) return false;
	const time = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
