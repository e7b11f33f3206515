import * as zone from './zone.ts';

/** What a time without a year or a zone is read by. */
export interface Clock {
	/** Of the IANA database. */
	zone: string;
	/** When the line arrived, epoch ms. */
	now: number;
}

/** A time that was read, in epoch ms, and where the text goes on. */
export interface Stamp {
	time: number;
	end: number;
}

const iso =
	/(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)?(?= |:|$)/y;

/** RFC 3339, as RFC 5424 has it; without a zone (which it must have) in that of the clock. */
export function readIso(text: string, at: number, clock: Clock): Stamp | null {
	iso.lastIndex = at;
	const match = iso.exec(text);
	if (!match) return null;
	const [, year, month, day, hours, minutes, seconds, fraction, offset] = match;
	const date = { year: Number(year), month: Number(month) - 1, day: Number(day) };
	const civil = civilOf(date, { hours, minutes, seconds, fraction });
	if (civil === null) return null;
	const time = offset === undefined ? zone.toEpoch(civil, clock.zone) : civil - offsetOf(offset);
	return { time, end: iso.lastIndex };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 3164's `Mmm dd hh:mm:ss`, with what devices add: a year on either side, a fraction and the name of a zone. */
const bsd =
	/([A-Z][a-z]{2}) +(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: (\d{4})(?= |:|$))?(?: (UTC|GMT|Z)(?= |:|$))?/y;

/** How far a clock may be ahead (time.ts), in ms: it also covers the zones. */
const dayAhead = 86_400_000;

/** A time without a year is in the year that brings it nearest to now, and not more than a day ahead. */
export function readBsd(text: string, at: number, { zone: name, now }: Clock): Stamp | null {
	bsd.lastIndex = at;
	const match = bsd.exec(text);
	if (!match) return null;
	const [, word = '', day, before, hours, minutes, seconds, fraction, after, isUtc] = match;
	const month = months.indexOf(word.toLowerCase());
	const given = before ?? after;
	const thisYear = new Date(now).getUTCFullYear();
	const years = given === undefined ? [thisYear - 1, thisYear, thisYear + 1] : [Number(given)];
	const civils = years.map((year) =>
		civilOf({ year, month, day: Number(day) }, { hours, minutes, seconds, fraction })
	);
	const possible = civils.filter((civil) => civil !== null);
	const civil = possible.findLast((civil) => civil <= now + dayAhead) ?? possible.at(-1);
	if (month === -1 || civil === undefined) return null;
	return { time: zone.toEpoch(civil, isUtc === undefined ? name : 'UTC'), end: bsd.lastIndex };
}

type Digits = string | undefined;

/** A civil time as if it were UTC; null if there is no such day or time. Second 60 is the next minute's first. */
function civilOf(
	{ year, month, day }: { year: number; month: number; day: number },
	time: { hours: Digits; minutes: Digits; seconds: Digits; fraction: Digits }
): number | null {
	const [hours, minutes, seconds] = [Number(time.hours), Number(time.minutes), Number(time.seconds)];
	if (hours > 23 || minutes > 59 || seconds > 60) return null;
	const midnight = Date.UTC(year, month, day);
	const read = new Date(midnight);
	if (read.getUTCDate() !== day || read.getUTCMonth() !== month) return null;
	const ms = Number((time.fraction ?? '').slice(0, 3).padEnd(3, '0'));
	return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** How far a zone like `+02:00` is ahead of UTC, in ms. */
function offsetOf(offset: string): number {
	if (offset.length === 1) return 0;
	const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
	return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
