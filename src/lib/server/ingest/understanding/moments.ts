import * as time from '../time.ts';

/** A time that stands in a text, and where it ends. `time` is null if it stands there but cannot be used. */
export interface Moment {
	time: number | null;
	end: number;
}

const clock = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?`;
/** A zone without a colon or a digit more would be a number of the text: "12:00:00 -10 items". */
const zone = String.raw`(?:(Z)| ?(UTC|GMT|[+-]\d\d:?\d\d)|([+-]\d\d))?(?!\w|:\d)`;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const month = `(${months.match(/.../g)!.join('|')})`;

/** 2024-05-01T12:00:00.123+02:00, with dashes, slashes or dots; a comma before the fraction as Python and Log4j have it. */
const yearFirst = new RegExp(String.raw`(\d{4})([-/.])(\d\d)\2(\d\d)[Tt _]${clock}${zone}`, 'y');
/** 01/May/2024:12:00:00 +0000 (access logs), 01-May-2024 12:00:00.123 (Tomcat, PHP), 1-May-2024::12:00:00 (Erlang). */
const dayFirst = new RegExp(String.raw`(\d{1,2})([-/ ])${month}\2(\d{4})(?::{1,2}| )${clock}${zone}`, 'y');
/** May  1 12:00:00 (syslog), May 01, 2024 9:05:00 AM (Java), Wed May  1 12:00:00.123 UTC 2024 (date, Apache). */
const monthFirst = new RegExp(
	String.raw`${month} {1,2}(\d{1,2})(?:,? (\d{4}))?,? (\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ([AP]M))?${zone}`,
	'y'
);
const yearLast = / (\d{4})(?!\d)/y;
/** Of Android's logcat: 05-01 12:00:00.123. */
const logcat = new RegExp(String.raw`(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3,6})(?!\d)`, 'y');
const ofDay = new RegExp(String.raw`(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?${zone}`, 'y');
/** As zerolog prints it: 3:04PM. */
const kitchen = /(\d{1,2}):(\d\d)([AP]M)(?!\w)/y;
/** Seconds with a fraction, as Squid has them; an integer could be anything. */
const epoch = /(\d{10}\.\d{3,9})(?![\w.])/y;
const weekday = /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /y;
/** Zones whose names mean different things in different places: such a time is not used. */
const namedZone = new RegExp(
	` (?:${[
		'CET|CEST|WET|WEST|EET|EEST|MSK|BST|IST|EST|EDT|CST|CDT|MST|MDT|PST|PDT',
		'JST|KST|HKT|SGT|AEST|AEDT|ACST|AWST|NZST|NZDT'
	].join('|')})(?!\\w)`,
	'y'
);

/**
 * The time that begins at `at`, with a time of day at least. Without a zone it is UTC, without a year that of the nearest
 * year, without a day that of the nearest day. Null if none begins there. `now` is in epoch milliseconds.
 */
export function at(text: string, at: number, now: number): Moment | null {
	const found = isDigit(text.charCodeAt(at)) ? fromDigit(text, at, now) : fromName(text, at, now);
	if (found === null) return null;
	const [moment, end] = found;
	namedZone.lastIndex = end;
	if (namedZone.test(text)) return { time: null, end: namedZone.lastIndex };
	return { time: time.within(moment, now), end };
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

/** Epoch milliseconds, or NaN, and where the text of it ends. */
type Found = [number, number] | null;

function fromDigit(text: string, at: number, now: number): Found {
	const third = text[at + 2];
	if (third === ':' || text[at + 1] === ':') return fromClock(text, at, now);
	if (!isDigit(text.charCodeAt(at + 3))) {
		const day = match(dayFirst, text, at);
		return day === null ? null : [dated(day, 4, 3, 1, 5), dayFirst.lastIndex];
	}
	if (third === '-') {
		const day = match(logcat, text, at);
		if (day === null) return null;
		return [nearestYear(Number(day[1]), Number(day[2]), clockOf(day, 3), now), logcat.lastIndex];
	}
	const fifth = text[at + 4];
	if (fifth === '-' || fifth === '/' || fifth === '.') {
		const year = match(yearFirst, text, at);
		return year === null ? null : [dated(year, 1, 3, 4, 5), yearFirst.lastIndex];
	}
	const seconds = text[at + 10] === '.' ? match(epoch, text, at) : null;
	return seconds === null ? null : [Math.round(Number(seconds[1]) * 1e3), epoch.lastIndex];
}

function fromClock(text: string, at: number, now: number): Found {
	const day = match(ofDay, text, at);
	if (day !== null) return [nearestDay(clockOf(day, 1) - zoneOf(day, 5), now), ofDay.lastIndex];
	const short = match(kitchen, text, at);
	if (short === null) return null;
	return [nearestDay(time.ofDay(hour24(short[1]!, short[3]), short[2]!, '0'), now), kitchen.lastIndex];
}

function fromName(text: string, at: number, now: number): Found {
	const fourth = text[at + 3];
	if ((fourth !== ' ' && fourth !== ',') || !'JFMASONDTW'.includes(text.charAt(at))) return null;
	const day = match(weekday, text, at) === null ? null : weekday.lastIndex;
	const start = day ?? at;
	if (day !== null && isDigit(text.charCodeAt(start))) return fromDigit(text, start, now);
	const found = match(monthFirst, text, start);
	if (found === null) return null;
	let end = monthFirst.lastIndex;
	let year = found[3];
	if (year === undefined && day !== null) {
		year = match(yearLast, text, end)?.[1];
		if (year !== undefined) end = yearLast.lastIndex;
	}
	const [month, date] = [monthOf(found[1]!), Number(found[2])];
	const ms = time.ofDay(hour24(found[4]!, found[8]), found[5]!, found[6]!, found[7]) - zoneOf(found, 9);
	if (year === undefined) return [nearestYear(month, date, ms, now), end];
	return [time.midnight(Number(year), month, date) + ms, end];
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

/** Of a whole date: the groups of its year, month, day and hour; behind those the zone's. */
function dated(found: RegExpExecArray, year: number, month: number, day: number, hour: number) {
	const named = found[month]!;
	const number = named.length === 3 ? monthOf(named) : Number(named);
	const midnight = time.midnight(Number(found[year]), number, Number(found[day]));
	return midnight + clockOf(found, hour) - zoneOf(found, hour + 4);
}

const clockOf = (found: RegExpExecArray, hour: number) =>
	time.ofDay(found[hour]!, found[hour + 1]!, found[hour + 2] ?? '0', found[hour + 3]);

const zoneOf = (found: RegExpExecArray, first: number) =>
	time.offset(found[first] ?? found[first + 1] ?? found[first + 2] ?? 'Z');

const monthOf = (name: string) => months.indexOf(name) / 3 + 1;

function hour24(hour: string, half: string | undefined): string {
	if (half === undefined) return hour;
	return String((Number(hour) % 12) + (half === 'PM' ? 12 : 0));
}

function nearestDay(ms: number, now: number): number {
	const today = now - (now % 86_400_000) + ms;
	if (today - now > 43_200_000) return today - 86_400_000;
	return now - today > 43_200_000 ? today + 86_400_000 : today;
}

/** The moment of that month and day, in the year that brings it nearest to `now`: NaN if there is no such day. */
export function nearestYear(month: number, day: number, ms: number, now: number): number {
	const thisYear = new Date(now).getUTCFullYear();
	let best = NaN;
	for (let year = thisYear - 1; year <= thisYear + 1; year += 1) {
		const candidate = time.midnight(year, month, day) + ms;
		if (!(Math.abs(candidate - now) >= Math.abs(best - now)) && !Number.isNaN(candidate)) best = candidate;
	}
	return best;
}

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
