/** What people type for a time or a range: `yesterday 14:00`, `13:50-14:10`, `2h`, `2h ago`, an ISO time, an epoch. */
import * as moments from './moments.ts';
import * as period from './period.ts';
import type { Zone } from './time.ts';

export type Typed = { ok: true; period: period.Period } | { ok: false; message: string };

/** How much is shown before and after a point in time, in ms. */
const around = 10 * 60_000;

const lasting = /^(?:last |past )?(\d+)\s*([a-z]+)$/;
/** What may stand between two times; the hyphen last, because dates have some too. */
const separators = [/\s+to\s+/, /\s*\.\.+\s*/, /\s*[–—]\s*/, /\s+-\s+/, /-/g];

/** `now` is epoch ms. A time of day without a day is the latest one that has begun. */
export function parse(text: string, now: number, zone: Zone): Typed {
	const typed = text.trim().toLowerCase().replace(/\s+/g, ' ');
	if (typed === 'live' || typed === 'now') return { ok: true, period: period.live };
	const [, count = '', unit = ''] = lasting.exec(typed) ?? [];
	const length = moments.unitOf(unit);
	if (length && Number(count) > 0)
		return { ok: true, period: { ...period.live, from: `-${Number(count)}${length}` } };
	const moment = moments.parse(typed, { now, zone });
	if (moment)
		return { ok: true, period: moment.isPoint ? aroundPoint(moment.from) : of(moment.from, moment.to) };
	return rangeOf(typed, now, zone) ?? { ok: false, message: notUnderstood };
}

const notUnderstood = 'Not understood. Try yesterday 14:00, 13:50-14:10, 2h or 2h ago.';

/** A point in time, with what was before and after it. */
export function aroundPoint(at: number): period.Period {
	return { ...of(at - around, at + around), at: period.write(at) };
}

/** A range of two instants, as it must be: `from` before `to`. */
export function ofFields(from: number, to: number, zone: Zone): Typed {
	if (Number.isNaN(from) || Number.isNaN(to)) return { ok: false, message: 'Enter both times.' };
	if (from < to) return { ok: true, period: of(from, to) };
	const said = [from, to].map((at) => period.nameOf(at, zone));
	return { ok: false, message: `The range must end after it begins: ${said[0]} is not before ${said[1]}.` };
}

function rangeOf(typed: string, now: number, zone: Zone): Typed | null {
	for (const [first, last] of separators.flatMap((separator) => splits(typed, separator))) {
		const begins = moments.parse(first, { now, zone });
		if (!begins) continue;
		if (last === 'now') return { ok: true, period: { ...period.live, from: period.write(begins.from) } };
		const ends = moments.parse(last, { now, zone, onDayOf: begins.from });
		if (ends) return ofFields(begins.from, ends.to, zone);
	}
	return null;
}

/** A text cut in two, at each place where the separator stands. */
function splits(text: string, separator: RegExp): [string, string][] {
	const every = new RegExp(separator.source, 'g');
	return [...text.matchAll(every)].map((found) => [
		text.slice(0, found.index).trim(),
		text.slice(found.index + found[0].length).trim()
	]);
}

function of(from: number, to: number): period.Period {
	return { from: period.write(from), to: period.write(to), at: null };
}
