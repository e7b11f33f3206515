import * as time from '../time.ts';
import * as dates from './dates.ts';
import * as nearest from './nearest.ts';
import * as zones from './zones.ts';

/** A time that stands in a text, and where it ends. `time` is null if it stands there but cannot be used. */
export interface Moment {
	time: number | null;
	end: number;
}

/** Seconds with a fraction, as Squid has them; an integer could be anything. */
const epoch = /(\d{10}\.\d{3,9})(?![\w.])/y;

/**
 * The time that begins at `at`, with a time of day at least. Without a zone it is UTC, without a year that of the nearest
 * year, without a day that of the nearest day. Null if none begins there. `now` is in epoch milliseconds.
 */
export function at(text: string, at: number, now: number): Moment | null {
	const startsWithDigit = isDigit(text.charCodeAt(at));
	if (
		startsWithDigit &&
		text[at + 10] === '.' &&
		isDigit(text.charCodeAt(at + 2)) &&
		isDigit(text.charCodeAt(at + 4))
	)
		return ofEpoch(text, at, now);
	const written = startsWithDigit ? dates.fromDigit(text, at, now) : dates.fromName(text, at, now);
	if (written === null) return null;
	const { local, lacks, isYearLast = false } = written;
	const zone = zones.behind(text, written.end, lacks === 'nothing' ? local : NaN);
	if (zone === null) return null;
	const moment = local - zone.offset;
	return {
		time: time.within(lacks === 'day' ? nearest.day(moment, now) : moment, now),
		end: isYearLast ? zone.end + ' 2024'.length : zone.end
	};
}

function ofEpoch(text: string, at: number, now: number): Moment | null {
	epoch.lastIndex = at;
	const seconds = epoch.exec(text)?.[1];
	if (seconds === undefined) return null;
	return { time: time.within(Math.round(Number(seconds) * 1e3), now), end: epoch.lastIndex };
}

/** The same of a field's value, or of all its text but for a mere time of day, which may be a duration. */
export function read(value: unknown, now: number): number | null {
	const known = time.read(value, now);
	if (known !== null || typeof value !== 'string' || value.length > 40) return known;
	const text = value.trim();
	if (text.indexOf(':') < 3) return null;
	const found = at(text, 0, now);
	return found?.end === text.length ? found.time : null;
}

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
