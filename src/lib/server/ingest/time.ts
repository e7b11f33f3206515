const day = 86_400_000;

/** Date, and optionally time and zone, extended or basic form; a space instead of the T, as in `date` and SQL. */
const iso =
	/^(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(?: ?([Zz]|UTC|[+-]\d\d(?::?\d\d)?))?)?$/;

/**
 * Epoch milliseconds of a time as loggers write it: ISO 8601 (UTC unless it names a zone) or an epoch, as number or text. Null
 * if unreadable, before 1970 or more than a day after `now` (epoch milliseconds).
 */
export function read(value: unknown, now: number): number | null {
	const time =
		typeof value === 'number' ? epoch(value) : typeof value === 'string' ? parse(value.trim()) : NaN;
	return time >= 0 && time <= now + day ? time : null;
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
	const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
	const midnight = Date.UTC(Number(year), Number(month) - 1, Number(date));
	// Date.UTC turns February 30 into March 1, month 0 into December and the year 75 into 1975: then it reads differently.
	const read = new Date(midnight);
	const isSameDay = read.getUTCDate() === Number(date) && read.getUTCMonth() === Number(month) - 1;
	const exists = isSameDay && read.getUTCFullYear() === Number(year);
	// 23:59:60 is a leap second, treated as the next day's first moment.
	if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return NaN;
	const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
	return midnight + seconds * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset(zone);
}

/** How far a zone is ahead of UTC, in ms. */
function offset(zone: string): number {
	if (zone.length === 1 || zone === 'UTC') return 0;
	const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
	return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
