import { midnight } from '../time.ts';

const noon = 43_200_000;

/** The moment of that time of day, in ms since midnight, on the day that brings it nearest to `now`. */
export function day(ms: number, now: number): number {
	const today = now - (now % 86_400_000) + ms;
	if (today - now > noon) return today - 2 * noon;
	return now - today > noon ? today + 2 * noon : today;
}

/** The moment of that month and day, in the year that brings it nearest to `now`: NaN if there is no such day. */
export function year(month: number, date: number, ms: number, now: number): number {
	const thisYear = new Date(now).getUTCFullYear();
	let best = NaN;
	for (let some = thisYear - 1; some <= thisYear + 1; some += 1) {
		const candidate = midnight(some, month, date) + ms;
		if (!(Math.abs(candidate - now) >= Math.abs(best - now)) && !Number.isNaN(candidate)) best = candidate;
	}
	return best;
}
