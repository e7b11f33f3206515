import * as time from '../time.ts';
import * as nearest from './nearest.ts';
import * as words from './words.ts';

/** A time as it is written, without its zone. */
export interface Written {
	/** Epoch ms as if in UTC; of a time of day alone, ms since midnight. NaN if no calendar or clock shows it. */
	local: number;
	end: number;
	lacks: 'nothing' | 'year' | 'day';
	/** Whether the year stands behind the zone. */
	isYearLast?: boolean;
}

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const month = `(${months.match(/.../g)!.join('|')})`;
/** Hour, minute, second, fraction and half of the day. */
const clock = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(?: ([AP]M)(?!\w))?`;
const seconds = String.raw`(?=\d{1,2}:\d\d:\d)`;

/**
 * 2024-05-01T12:00:00.123, with dashes, slashes or dots; a comma before the fraction as Python and Log4j have it; an hour
 * of one digit behind two spaces (MariaDB), a tab (CloudFront) or a dash (GIN) between.
 */
const yearFirst = new RegExp(
	String.raw`(\d{4})([-/.])(\d\d)\2(\d\d)(?:[Tt _\t]| {2}(?=\d:)| - )${clock}`,
	'y'
);
/** 01/May/2024:12:00:00 (access logs), 01-May-2024 12:00:00.123 (Tomcat, PHP), 1-May-2024::12:00:00 (Erlang). */
const dayFirst = new RegExp(String.raw`(\d{1,2})([-/ ])${month}\2(\d{4})(?::{1,2}| )${clock}`, 'y');
/** May  1 12:00:00 (syslog), May 01, 2024 9:05:00 AM (Java), Wed May  1 12:00:00.123 UTC 2024 (date, Apache). */
const monthFirst = new RegExp(String.raw`${month} {1,2}(\d{1,2})(?:,? (\d{4}))?,? ${seconds}${clock}`, 'y');
const weekday = /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /y;
const yearLast = /(?: [A-Z]{3,5}| [+-]\d{4})? (\d{4})(?!\d)/y;
/** Of Android's logcat: 05-01 12:00:00.123. */
const logcat = new RegExp(String.raw`(\d\d)-(\d\d) (?=\d\d:\d\d:\d\d\.\d{3,6}(?!\d))${clock}`, 'y');
/** 240501 12:00:00 (MySQL 5, Tornado). */
const shortYear = new RegExp(String.raw`(\d\d)(\d\d)(\d\d) {1,2}${seconds}${clock}`, 'y');
/** 05/02/2024, 12:00:00 or 2.5.24 12:00:00, which could be of May or of February. */
const ambiguous = new RegExp(String.raw`\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d\d),? {1,2}${clock}`, 'y');
/** Spark and Hadoop: 24/05/01 12:00:00 ERROR util.Shell: message. */
const spark = new RegExp(
	String.raw`(\d\d)/(\d\d)/(\d\d) ${seconds}${clock}(?= {1,2}(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) {1,2}[\w.$]{1,128}: )`,
	'y'
);
const ofDay = new RegExp(String.raw`(?=\d\d)${seconds}${clock}`, 'y');
/** As zerolog prints it: 3:04PM. */
const kitchen = /(\d{1,2}):(\d\d)()()([AP]M)/y;

/** The time that begins at `at` with a digit; null if none does. `now` is in epoch milliseconds. */
export function fromDigit(text: string, at: number, now: number): Written | null {
	const second = text.charCodeAt(at + 1);
	const third = text.charCodeAt(at + 2);
	if (second === colon || third === colon) return ofClock(text, at);
	if (isDigit(second) && isDigit(third)) {
		const fifth = text.charCodeAt(at + 4);
		if (isDigit(fifth)) return text[at + 6] === ' ' ? ofShortYear(text, at) : null;
		const year = isBetween(fifth) ? match(yearFirst, text, at) : null;
		return year === null ? null : dated(year[1]!, year[3]!, year[4]!, clockOf(year, 5), yearFirst.lastIndex);
	}
	if (third === dash) return ofLogcat(text, at, now) ?? ofDays(text, at, now);
	return isBetween(second) || isBetween(third) || second === space || third === space
		? ofDays(text, at, now)
		: null;
}

function ofClock(text: string, at: number): Written | null {
	const day = match(ofDay, text, at);
	if (day !== null) return { local: clockOf(day, 1), end: ofDay.lastIndex, lacks: 'day' };
	const short = match(kitchen, text, at);
	return short === null ? null : { local: clockOf(short, 1), end: kitchen.lastIndex, lacks: 'day' };
}

function ofLogcat(text: string, at: number, now: number): Written | null {
	const day = match(logcat, text, at);
	return day === null ? null : yearless(Number(day[1]), day[2]!, clockOf(day, 3), now, logcat.lastIndex);
}

/** A date that begins with a day, or with two digits that could be one. */
function ofDays(text: string, at: number, now: number): Written | null {
	const named = match(dayFirst, text, at);
	if (named !== null) return dated(named[4]!, named[3]!, named[1]!, clockOf(named, 5), dayFirst.lastIndex);
	const year = match(spark, text, at);
	if (year !== null) {
		const written = dated(`20${year[1]}`, year[2]!, year[3]!, clockOf(year, 4), spark.lastIndex);
		if (Math.abs(now - written.local) < 366 * 86_400_000) return written;
	}
	if (match(ambiguous, text, at) === null) return null;
	return { local: NaN, end: ambiguous.lastIndex, lacks: 'nothing' };
}

function ofShortYear(text: string, at: number): Written | null {
	const day = match(shortYear, text, at);
	if (day === null) return null;
	const written = dated(`20${day[1]}`, day[2]!, day[3]!, clockOf(day, 4), shortYear.lastIndex);
	return Number.isNaN(written.local) ? null : written;
}

/** The time that begins at `at` with the name of a month or a day; null if none does. */
export function fromName(text: string, at: number, now: number): Written | null {
	const fourth = text[at + 3];
	if ((fourth !== ' ' && fourth !== ',') || !'JFMASONDTW'.includes(text.charAt(at))) return null;
	const start = match(weekday, text, at) === null ? at : weekday.lastIndex;
	if (start !== at && isDigit(text.charCodeAt(start))) return fromDigit(text, start, now);
	const found = match(monthFirst, text, start);
	if (found === null) return null;
	const [name, day, end] = [found[1]!, found[2]!, monthFirst.lastIndex];
	if (found[3] !== undefined) return dated(found[3], name, day, clockOf(found, 4), end);
	const last = start === at ? null : match(yearLast, text, end);
	if (last === null) return yearless(monthOf(name), day, clockOf(found, 4), now, end);
	return { ...dated(last[1]!, name, day, clockOf(found, 4), end), isYearLast: true };
}

function dated(year: string, month: string, day: string, ms: number, end: number): Written {
	const number = words.isLetter(month.charCodeAt(0)) ? monthOf(month) : Number(month);
	return { local: time.midnight(Number(year), number, Number(day)) + ms, end, lacks: 'nothing' };
}

function yearless(month: number, day: string, ms: number, now: number, end: number): Written {
	return { local: nearest.year(month, Number(day), ms, now), end, lacks: 'year' };
}

/** Of the five groups of a clock from `first` on: ms since midnight. */
function clockOf(found: RegExpExecArray, first: number): number {
	return time.ofDay(
		hour24(found[first]!, found[first + 4]),
		found[first + 1]!,
		found[first + 2] ?? '0',
		found[first + 3]
	);
}

function hour24(hour: string, half: string | undefined): string {
	if (half === undefined) return hour;
	return String((Number(hour) % 12) + (half === 'PM' ? 12 : 0));
}

const monthOf = (name: string) => months.indexOf(name) / 3 + 1;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

const isDigit = (code: number) => code >= 48 && code <= 57;
const [space, dash, colon] = [0x20, 0x2d, 0x3a];
/** What stands between the numbers of a date: `-`, `.` or `/`. */
const isBetween = (code: number) => code >= 0x2d && code <= 0x2f;
