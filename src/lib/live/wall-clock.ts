/** Dates and times of day in the reader's zone, and the instants that they stand for. */
import type { Zone } from './time.ts';

/** A day of the calendar; the month counts from 1. */
export interface Day {
	year: number;
	month: number;
	day: number;
}

export interface TimeOfDay {
	hour: number;
	minute: number;
	second: number;
	ms: number;
}

export const midnight: TimeOfDay = { hour: 0, minute: 0, second: 0, ms: 0 };

/** The day of an instant (epoch ms). */
export function dayOf(at: number, zone: Zone): Day {
	const date = new Date(at);
	if (zone === 'utc')
		return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
	return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
}

/**
 * Epoch ms. Of a time that occurs twice, as clocks go back, it is the first; one that is skipped, as they go forward, moves on by as
 * much. Days and months may exceed the calendar and go on in the next.
 */
export function instantOf(
	{ year, month, day }: Day,
	{ hour, minute, second, ms }: TimeOfDay,
	zone: Zone
): number {
	if (zone === 'utc') return Date.UTC(year, month - 1, day, hour, minute, second, ms);
	return new Date(year, month - 1, day, hour, minute, second, ms).getTime();
}

/** The day that is so many days later: a day may have 23 or 25 hours. */
export function addDays(from: Day, days: number): Day {
	return dayOf(Date.UTC(from.year, from.month - 1, from.day + days), 'utc');
}

/** From 0, Sunday. */
export function weekdayOf({ year, month, day }: Day): number {
	return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** Whether the calendar has the day. */
export function exists(day: Day): boolean {
	const { year, month, day: found } = addDays(day, 0);
	return year === day.year && month === day.month && found === day.day;
}

/** An instant as a field for date and time has it: `2026-11-20T14:03`, with seconds where there are any. */
export function toField(at: number, zone: Zone): string {
	const text = new Date(zone === 'utc' ? at : at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
	return at % 60_000 === 0 ? text.slice(0, 16) : text.slice(0, at % 1000 === 0 ? 19 : 23);
}
