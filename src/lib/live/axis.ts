/** The marks below a stretch of time: at times that people read easily, in the reader's zone. */
import * as time from './time.ts';
import * as wallClock from './wall-clock.ts';

export interface Tick {
	/** Epoch ms. */
	at: number;
	text: string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
	...[0.001, 0.01, 0.1, 1, 5, 10, 30].map((count) => count * second),
	...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
	...[1, 2, 3, 6, 12].map((count) => count * hour)
];

/** At most `most` marks between two instants, neither of which has one at its edge. */
export function ticks(from: number, to: number, zone: time.Zone, most: number): Tick[] {
	const step = steps.find((step) => (to - from) / step <= most);
	const all = step === undefined ? days(from, to, zone, most) : times(from, to, zone, step);
	const edge = (to - from) / 50;
	return all.filter(({ at }) => at - from > edge && to - at > edge);
}

/** Steps of a day's parts begin at its midnight, so that they stand at full hours whatever the zone. */
function times(from: number, to: number, zone: time.Zone, step: number): Tick[] {
	const found: Tick[] = [];
	for (let date = wallClock.dayOf(from, zone); ; date = wallClock.addDays(date, 1)) {
		const begin = wallClock.instantOf(date, wallClock.midnight, zone);
		const end = wallClock.instantOf(wallClock.addDays(date, 1), wallClock.midnight, zone);
		if (begin >= to) return found;
		const first = begin + Math.max(0, Math.ceil((from - begin) / step)) * step;
		for (let at = first; at < Math.min(end, to); at += step) found.push({ at, text: textOf(at, zone, step) });
	}
}

function days(from: number, to: number, zone: time.Zone, most: number): Tick[] {
	const every = [1, 2, 7, 14, 28, 91, 364].find((count) => (to - from) / (count * day) <= most) ?? 1820;
	const found: Tick[] = [];
	for (let date = wallClock.dayOf(from, zone); ; date = wallClock.addDays(date, every)) {
		const at = wallClock.instantOf(date, wallClock.midnight, zone);
		if (at >= to) return found;
		if (at >= from) found.push({ at, text: time.dayName(isoDay(date)) });
	}
}

function textOf(at: number, zone: time.Zone, step: number): string {
	const { clock, fraction } = time.timeOfDay(new Date(at).toISOString(), zone);
	if (clock === '00:00:00' && fraction === '.000') return time.dayName(isoDay(wallClock.dayOf(at, zone)));
	if (step < second) return clock + fraction;
	return step < minute ? clock : clock.slice(0, 5);
}

function isoDay({ year, month, day }: wallClock.Day): string {
	const two = (number: number) => String(number).padStart(2, '0');
	return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
