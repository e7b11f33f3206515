/** The period that the Logs page shows, as its URL has it: live, the last hour, or from one time to another. */
import { lengths } from './moments.ts';
import * as time from './time.ts';

/** ISO times, or relative to now (`-1h`), as in the URL. All null: live. */
export interface Period {
	from: string | null;
	to: string | null;
	/** Where in it to begin to read; null for its end. */
	at: string | null;
}

/** Epoch milliseconds, the end excluded; infinite where there is no bound. */
export interface Span {
	from: number;
	to: number;
}

export const live: Period = { from: null, to: null, at: null };

const relative = /^-(\d{1,6})([smhdw])$/;
const units: Record<string, string> = { s: 's', m: 'min', h: 'h', d: 'days', w: 'weeks' };

/** What a URL says; what is no time there is left out. */
export function read(parameters: URLSearchParams): Period {
	const [from = null, to = null, at = null] = ['from', 'to', 'at'].map((name) => {
		const text = parameters.get(name);
		return text !== null && Number.isFinite(instantOf(text, 0)) ? text : null;
	});
	return { from, to, at };
}

/** Whether it is over or ends now. Otherwise it is live, perhaps since a time. */
export function isPast({ from, to }: Period): boolean {
	return to !== null || (from !== null && relative.test(from));
}

/** Where its lines lie; `now` is epoch ms. */
export function spanOf(period: Period, now: number): Span {
	const from = period.from === null ? -Infinity : instantOf(period.from, now);
	if (period.to === null) return { from, to: isPast(period) ? now : Infinity };
	return { from, to: instantOf(period.to, now) };
}

/** How many times as much the volume shows. */
const wider = 4;

/** What the volume shows around a period from one time to another, nothing of it after now; null around any other period. */
export function surroundingsOf(period: Period, now: number): Span | null {
	if (period.from === null || period.to === null || relative.test(period.from)) return null;
	const { from, to } = spanOf(period, now);
	const length = to - from;
	const end = Math.max(to, Math.min(now, to + ((wider - 1) / 2) * length));
	const begin = end - wider * length;
	return length > 0 && Math.abs(begin) <= 8.64e15 ? { from: begin, to: end } : null;
}

/** Epoch ms; NaN if it is no time. A time without a zone is in UTC, as a form sends it without JavaScript. */
export function instantOf(text: string, now: number): number {
	const [, count, unit = ''] = relative.exec(text) ?? [];
	if (count) return now - Number(count) * (lengths[unit] ?? NaN);
	if (text === 'now') return now;
	return Date.parse(/T\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text}Z` : text);
}

/** An instant as the URL has it: without seconds that are zero. */
export function write(at: number): string {
	return new Date(at).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** `Live`, `Last 15 min`, `27 Nov 13:50–14:10`. */
export function name(period: Period, zone: time.Zone, now: number): string {
	if (period.from === null && period.to === null) return 'Live';
	const [, count, unit = ''] = relative.exec(period.from ?? '') ?? [];
	if (count && period.to === null)
		return `Last ${count} ${Number(count) === 1 ? units[unit]?.replace(/s$/, '') || 's' : units[unit]}`;
	const { from, to } = spanOf(period, now);
	if (!Number.isFinite(from)) return `Until ${nameOf(to, zone)}`;
	if (!Number.isFinite(to)) return `Since ${nameOf(from, zone)}`;
	return between(from, to, zone);
}

/** `27 Nov 13:50`, with what else is needed: the year, the seconds. */
export function nameOf(at: number, zone: time.Zone): string {
	if (Math.abs(at) > 8.64e15) return 'a time too far away';
	const day = time.dayAndMinute(new Date(at).toISOString(), zone, Date.now());
	const { clock, fraction } = time.timeOfDay(new Date(at).toISOString(), zone);
	if (at % 60_000 === 0) return day;
	return `${day}${clock.slice(5)}${at % 1000 === 0 ? '' : fraction}`;
}

function between(from: number, to: number, zone: time.Zone): string {
	const [begins, ends] = [nameOf(from, zone), nameOf(to, zone)];
	const [day, clock] = split(begins);
	const [lastDay, lastClock] = split(ends);
	if (day === lastDay) return `${begins}–${lastClock}`;
	if (clock !== '00:00' || lastClock !== '00:00') return `${begins} – ${ends}`;
	const [through] = split(nameOf(to - 1, zone));
	return through === day ? day : `${day} – ${through}`;
}

function split(named: string): [string, string] {
	const at = named.lastIndexOf(' ');
	return [named.slice(0, at), named.slice(at + 1)];
}
