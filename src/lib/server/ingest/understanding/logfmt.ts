import * as bounds from '../bounds.ts';
import * as severity from '../severity.ts';
import * as aliases from './aliases.ts';
import * as moments from './moments.ts';
import * as pairs from './pairs.ts';
import * as requests from './requests.ts';
import { mostAttributes, type Understood } from './understood.ts';
import * as words from './words.ts';

/** Date, time of day and zone, each in a pair of its own, as firewalls write them. */
interface Day {
	date?: string;
	time?: string;
	zone?: string;
}

/**
 * Reads the `key=value` of a text whose head ends at `from`. Pairs that follow the head at once also tell level and time;
 * all may tell ids. The first pair of a name counts. `now` is in epoch milliseconds.
 */
export function read(text: string, from: number, understood: Understood, now: number): void {
	const day: Day = {};
	let lead = from;
	let isLeading = true;
	let count = 0;
	for (const pair of pairs.all(text, 0)) {
		isLeading &&= pair.start >= lead && isBlankBetween(text, lead, pair.start);
		if (isLeading) lead = pair.end;
		if (use(pair, isLeading, understood, now) || Object.hasOwn(understood.attributes, pair.key)) continue;
		if (isLeading) note(pair, day);
		if (++count > mostAttributes) break;
		bounds.set(understood.attributes, pair.key, pair.value);
	}
	if (understood.time === null) join(day, understood, now);
	if (understood.severity !== null) return;
	if (lead > from) understood.severity = levelAt(text, lead);
	const { method, status } = understood.attributes;
	if (method !== undefined) understood.severity ??= requests.ofStatus(Number(status));
}

function isBlankBetween(text: string, from: number, to: number): boolean {
	let at = from;
	while (at < to && pairs.isBlank(text.charCodeAt(at))) at += 1;
	return at === to;
}

const timeKeys = new Set(['time', 'ts', 't', 'timestamp', '@timestamp', 'datetime', 'dt', 'date']);

/** Whether a pair is used up, because it says what the entry's own fields do. */
function use(pair: pairs.Pair, isLeading: boolean, understood: Understood, now: number): boolean {
	const role = aliases.of(pair.key)?.role;
	if (role === 'trace_id' || role === 'span_id') {
		if (/^[0-]+$/.test(pair.value)) return false;
		understood[role] ??= pair.value;
		return understood[role] === pair.value;
	}
	if (!isLeading) return false;
	if (timeKeys.has(pair.key)) {
		const time = isInstant(pair.value) ? moments.read(pair.value, now) : null;
		understood.time ??= time;
		return time !== null && understood.time === time;
	}
	// Heroku's router has "at".
	if (role !== 'severity' && pair.key !== 'at') return false;
	const level = levelOf(pair);
	if (level === null) return false;
	understood.severity ??= level;
	return understood.severity === level;
}

/** A time of day, or an epoch: a date alone is none. */
const isInstant = (value: string) => value.length > 9 && /:|T\d|^\d{10}/.test(value);

/** A word, or a number as in JSON; only that `severity` is syslog's up to 7, which no logger of OpenTelemetry writes so. */
function levelOf({ key, value }: pairs.Pair): number | null {
	if (key === 'at') return value.length < 4 ? null : severity.word(value);
	const isSyslog = key === 'severity' && /^[0-7]$/.test(value);
	return severity.read(isSyslog ? 'PRIORITY' : (key as severity.Field), value);
}

function note({ key, value }: pairs.Pair, day: Day): void {
	if (key === 'date') day.date = value;
	else if (key === 'time') day.time = value;
	else if (key === 'tz' || key === 'timezone') day.zone = value;
}

/** FortiGate: date=2024-05-01 time=12:00:00 tz="+0200". */
function join({ date, time, zone = '' }: Day, understood: Understood, now: number): void {
	if (date === undefined || time === undefined) return;
	understood.time = moments.read(`${date} ${time} ${zone}`, now);
	if (understood.time === null) return;
	delete understood.attributes.date;
	delete understood.attributes.time;
}

/** Sidekiq and Phoenix: the level stands behind the pairs, `WARN: failed` or `[error] failed`. */
function levelAt(text: string, at: number): number | null {
	let start = at;
	while (text[start] === ' ') start += 1;
	const isInBrackets = text[start] === '[';
	if (isInBrackets) start += 1;
	const end = words.endOfLetters(text, start);
	if (text[end] !== (isInBrackets ? ']' : ':')) return null;
	if (!isInBrackets && !words.isCapitals(text, start, end)) return null;
	return words.find(text, start, end)?.severity ?? null;
}
