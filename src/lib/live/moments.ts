/** One time as people type it: a point, or a whole day. */
import type { Zone } from './time.ts';
import * as wallClock from './wall-clock.ts';

/** Epoch ms. A point has no length. */
export interface Moment {
	from: number;
	to: number;
	isPoint: boolean;
}

export interface Reference {
	now: number;
	zone: Zone;
	/** A time of day without a day is on the day of this instant; without that, it is the latest that has begun. */
	onDayOf?: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const units: Record<string, RegExp> = {
	s: /^s(ec(onds?)?)?$/,
	m: /^m(in(ute)?s?)?$/,
	h: /^h((ou)?rs?)?$/,
	d: /^d(ays?)?$/,
	w: /^w(eeks?)?$/
};
/** In ms. */
export const lengths: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

const iso =
	/^(\d{4})-(\d\d?)-(\d\d?)(?:[t ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(z|utc|[+-]\d\d(?::?\d\d)?)?)?$/;
const clock = /^(.*?)\s*\b(?:at )?(\d\d?)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?\s*(am|pm)?$/;

/** `m` of `min`; null of what is no unit of time. */
export function unitOf(name: string): string | null {
	return Object.keys(units).find((unit) => units[unit]?.test(name)) ?? null;
}

/** Null if it is no time. `text` is trimmed and in lower case. */
export function parse(text: string, reference: Reference): Moment | null {
	return epoch(text) ?? ago(text, reference) ?? isoTime(text, reference.zone) ?? spoken(text, reference);
}

function epoch(text: string): Moment | null {
	if (!/^(\d{10}(\.\d{1,3})?|\d{13})$/.test(text)) return null;
	return point(Math.round(/^\d{13}$/.test(text) ? Number(text) : Number(text) * 1000));
}

function ago(text: string, { now }: Reference): Moment | null {
	const [, count, name = ''] = /^(\d+)\s*([a-z]+) ago$/.exec(text) ?? [];
	const length = lengths[unitOf(name) ?? ''];
	return count && length ? point(now - Number(count) * length) : null;
}

function isoTime(text: string, zone: Zone): Moment | null {
	const found = iso.exec(text);
	if (!found) return null;
	const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number);
	const date = { year, month, day };
	if (!wallClock.exists(date)) return null;
	const [, , , , hour, minute, second, fraction, offset] = found;
	if (hour === undefined) return whole(date, zone);
	const time = timeOf(hour, minute, second, fraction);
	if (!time) return null;
	if (offset === undefined) return point(wallClock.instantOf(date, time, zone));
	return point(wallClock.instantOf(date, time, 'utc') - offsetOf(offset));
}

/** In ms: what `+01:00` is ahead of UTC. */
function offsetOf(text: string): number {
	const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
	const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
	return sign === '-' ? -size : size;
}

/** `yesterday`, `fri 14:00`, `27 nov 2pm`, `14:00`. */
function spoken(text: string, reference: Reference): Moment | null {
	const { now, zone, onDayOf } = reference;
	const day = dayOf(text, reference);
	if (day) return whole(day, zone);
	const [, before = '', hour = '', minute, second, fraction, half] = clock.exec(text) ?? [];
	if (hour === '' || (minute === undefined && half === undefined)) return null;
	const time = timeOf(hour, minute, second, fraction, half);
	const named = dayOf(before, reference);
	if (!time || (before !== '' && !named)) return null;
	if (named) return point(wallClock.instantOf(named, time, zone));
	const today = wallClock.dayOf(onDayOf ?? now, zone);
	const at = wallClock.instantOf(today, time, zone);
	if (onDayOf !== undefined || at <= now) return point(at);
	return point(wallClock.instantOf(wallClock.addDays(today, -1), time, zone));
}

/** A day by its name or date; null if it is none. */
function dayOf(text: string, { now, zone }: Reference): wallClock.Day | null {
	const today = wallClock.dayOf(now, zone);
	if (text === 'today') return today;
	if (text === 'yesterday') return wallClock.addDays(today, -1);
	const weekday = weekdays.findIndex((name) => new RegExp(`^${name}[a-z]*$`).test(text));
	if (weekday >= 0) return wallClock.addDays(today, -((wallClock.weekdayOf(today) - weekday + 7) % 7 || 7));
	return dated(text, today.year);
}

/** `27 nov`, `nov 27`, `27 nov 2025`. */
function dated(text: string, thisYear: number): wallClock.Day | null {
	const [, day, month, year] =
		/^(\d\d?)\.? ([a-z]{3})[a-z]*\.?(?: (\d{4}))?,?$/.exec(text) ??
		/^(\d\d?) ([a-z]{3}) ?(\d{4})?$/.exec(
			text.replace(/^([a-z]{3})[a-z]* (\d\d?)(?:,? (\d{4}))?,?$/, '$2 $1 $3').trim()
		) ??
		[];
	if (!day || !month || !months.includes(month)) return null;
	const found = { year: Number(year ?? thisYear), month: months.indexOf(month) + 1, day: Number(day) };
	return wallClock.exists(found) ? found : null;
}

function timeOf(
	hour: string,
	minute = '0',
	second = '0',
	fraction = '0',
	half?: string
): wallClock.TimeOfDay | null {
	const said = Number(hour);
	if (half !== undefined && (said < 1 || said > 12)) return null;
	const time = {
		hour: half === undefined ? said : (said % 12) + (half === 'pm' ? 12 : 0),
		minute: Number(minute),
		second: Number(second),
		ms: Number(fraction.slice(0, 3).padEnd(3, '0'))
	};
	return time.hour < 24 && time.minute < 60 && time.second < 60 ? time : null;
}

function whole(day: wallClock.Day, zone: Zone): Moment {
	const [from, to] = [day, wallClock.addDays(day, 1)].map((at) =>
		wallClock.instantOf(at, wallClock.midnight, zone)
	) as [number, number];
	return { from, to, isPoint: false };
}

function point(at: number): Moment {
	return { from: at, to: at, isPoint: true };
}
