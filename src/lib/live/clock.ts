/**
 * How far the server's clock is from ours, according to the `Date` headers of its answers: they are cut to the second, so each
 * only bounds the difference. Within the bounds we use the smallest correction: clocks that may agree count as equal, and a
 * delay of some milliseconds can be shown.
 */
import type { ClockReading } from './stream.ts';

/** Server time minus ours lies between these, in milliseconds. */
export interface Bounds {
	least: number;
	most: number;
}

export const unknown: Bounds = { least: -Infinity, most: Infinity };

/** Servers write the date once a second, and a busy one writes it late. */
const lateMs = 100;

/** Bounds that satisfy both; a reading that contradicts the earlier ones replaces them: a clock was set. */
export function narrow(bounds: Bounds, reading: ClockReading): Bounds {
	const least = reading.date - reading.answeredAt;
	const most = reading.date + 1000 + lateMs - reading.sentAt;
	const narrowed = { least: Math.max(bounds.least, least), most: Math.min(bounds.most, most) };
	return narrowed.least <= narrowed.most ? narrowed : { least, most };
}

/** Milliseconds to add to our time to get the server's. */
export function correction(bounds: Bounds): number {
	return Math.max(bounds.least, Math.min(0, bounds.most));
}
