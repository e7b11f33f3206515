const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** A local time without seconds or a zone, as people type it. */
const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * The time (epoch ms) that a text stands for: `2h` before now, or a date or time in ISO 8601, local unless it has a zone. Null if it
 * is neither.
 */
export function read(text: string, now: number): number | null {
	const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
	if (count !== undefined) return now - Number(count) * (units[unit] ?? 0);
	if (!iso.test(text)) return null;
	// A date alone would be midnight in UTC (ECMA-262, 21.4.1.32).
	const ms = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text.replace(' ', 'T'));
	return Number.isNaN(ms) ? null : ms;
}

/** A time of an entry for people: `2026-11-28T14:03:05.123Z` as it is, or `2026-11-28 15:03:05.123` where the reader is. */
export function shown(time: string, isUtc: boolean): string {
	if (isUtc) return time;
	const date = new Date(time);
	const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
	const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(padded).join(':');
	return `${year}-${padded(month)}-${padded(day)} ${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const padded = (number: number) => String(number).padStart(2, '0');
