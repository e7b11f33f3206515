const day = 86_400_000;

/** Date, and optionally time and zone, extended or basic form; a space instead of the T, as in `date` and SQL. */
const iso =
	/^(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(?: ?([Zz]|UTC|[+-]\d\d(?::?\d\d)?))?)?$/;

/**
 * Epoch milliseconds of a time as loggers write it: ISO 8601 (UTC unless it names a zone) or an epoch, as number or text,
 * or one of the objects below. Null if unreadable, before 1970 or more than a day after `now` (epoch milliseconds).
 */
export function read(value: unknown, now: number): number | null {
	if (typeof value === 'number') return within(epoch(value), now);
	if (typeof value === 'string') return within(parse(value.trim()), now);
	return typeof value === 'object' && value !== null ? within(parts(value as Parts), now) : null;
}

/** The time, unless it is unreadable, before 1970 or more than a day after `now`. */
export function within(time: number, now: number): number | null {
	return time >= 0 && time <= now + day ? time : null;
}

/** Log4j's instant; a Timestamp of protobuf, as Google Cloud has it; MongoDB's date; Monolog's DateTime. */
interface Parts {
	epochSecond?: unknown;
	nanoOfSecond?: unknown;
	seconds?: unknown;
	nanos?: unknown;
	$date?: unknown;
	date?: unknown;
	timezone?: unknown;
}

function parts(value: Parts): number {
	const { epochSecond: seconds = value.seconds, nanoOfSecond: nanos = value.nanos ?? 0 } = value;
	if (typeof seconds === 'number' && typeof nanos === 'number')
		return seconds * 1e3 + Math.floor(nanos / 1e6);
	if (typeof value.$date === 'string') return parse(value.$date);
	if (typeof value.date !== 'string' || typeof value.timezone !== 'string') return NaN;
	return parse(`${value.date} ${value.timezone}`);
}

function parse(text: string): number {
	if (/^\d+(?:\.\d+)?$/.test(text)) return /^\d{18,}$/.test(text) ? nanoseconds(text) : epoch(Number(text));
	const match = iso.exec(text);
	return match === null ? NaN : civil(match);
}

/**
 * Seconds, milliseconds, microseconds or nanoseconds by magnitude. Each boundary lies a hundred times above today in one unit
 * and ten times below it in the next: 1e11 s is the year 5138, 1e11 ms is 1973.
 */
function epoch(value: number): number {
	if (value < 1e11) return Math.round(value * 1e3);
	if (value < 1e14) return Math.floor(value);
	if (value < 1e17) return Math.floor(value / 1e3);
	return Math.floor(value / 1e6);
}

/** Digits are cut, not divided: a double is too coarse for nanoseconds. */
function nanoseconds(digits: string): number {
	return Number(digits.slice(0, -6));
}

function civil(match: RegExpExecArray): number {
	const [, year, month, date, hour = '0', minute = '0', second = '0', fraction, zone = 'Z'] = match;
	const clock = ofDay(hour, minute, second, fraction);
	return midnight(Number(year), Number(month), Number(date)) + clock - offset(zone);
}

/** When a day of the calendar begins in UTC; NaN if there is no such day. Months count from 1. */
export function midnight(year: number, month: number, date: number): number {
	// Date.UTC turns February 30 into March 1, month 0 into December and the year 75 into 1975.
	if (year < 100 || month < 1 || month > 12 || date < 1 || date > daysOf(year, month)) return NaN;
	return Date.UTC(year, month - 1, date);
}

function daysOf(year: number, month: number): number {
	if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Milliseconds since midnight; NaN if no clock shows that. 23:59:60 is a leap second: the next day's first moment. */
export function ofDay(hour: string, minute: string, second: string, fraction = ''): number {
	if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return NaN;
	const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
	return seconds * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** How far a zone (`Z`, `UTC`, `GMT`, `+02`, `+0200`, `+02:00`) is ahead of UTC, in ms. */
export function offset(zone: string): number {
	if (zone.length === 1 || zone === 'UTC' || zone === 'GMT') return 0;
	const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
	return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
