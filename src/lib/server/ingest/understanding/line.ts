import * as bounds from '../bounds.ts';
import * as severity from '../severity.ts';
import * as aliases from './aliases.ts';
import * as fields from './fields.ts';
import * as head from './head.ts';
import * as moments from './moments.ts';
import * as objects from './objects.ts';
import * as pairs from './pairs.ts';
import * as requests from './requests.ts';
import * as words from './words.ts';

/** Pairs and members of objects that become attributes, at most. */
export const mostAttributes = 64;

/** What a text says of its entry beyond what was given. */
export interface Understood extends fields.Given {
	attributes: fields.Fields;
}

/**
 * Reads a line of text: time and level from its beginning, attributes from `key=value` and JSON anywhere in it. What is
 * given wins, and what is given in whole is not looked for. Null if the text says nothing. `now` is in epoch milliseconds.
 */
export function read(text: string, given: fields.Given, now: number): Understood | null {
	const needsHead = given.time === null || given.severity === null;
	const equals = text.indexOf('=');
	const brace = text.indexOf('{"');
	const hasMore = equals !== -1 || brace !== -1;
	if (!needsHead && !hasMore) return null;
	const { time, severity, end } = needsHead ? readHead(text, now) : noHead;
	if (!hasMore && time === null && severity === null) return null;
	const understood: Understood = {
		time: given.time ?? time,
		severity: given.severity ?? severity,
		service: given.service,
		host: given.host,
		trace_id: given.trace_id,
		span_id: given.span_id,
		attributes: {}
	};
	if (equals !== -1) readPairs(text, end, understood, now);
	if (brace !== -1) readObjects(text, end, understood, now);
	return understood;
}

const noHead: head.Head = { time: null, severity: null, end: 0 };

/** The line's head, or what a request says in its place. */
function readHead(text: string, now: number): head.Head {
	const { time, severity, end } = head.read(text, now);
	if (severity !== null) return { time, severity, end };
	const request = time === null ? requests.common(text, now) : null;
	if (request !== null) return { ...request, end };
	return { time, severity: requests.bare(text, end), end };
}

/** Pairs that follow the head at once also tell level and time; all may tell ids. The first pair of a name counts. */
function readPairs(text: string, from: number, understood: Understood, now: number): void {
	let lead = from;
	let isLeading = true;
	let count = 0;
	for (const pair of pairs.all(text, 0)) {
		isLeading &&= pair.start >= lead && isBlankBetween(text, lead, pair.start);
		if (isLeading) lead = pair.end;
		if (use(pair, isLeading, understood, now) || Object.hasOwn(understood.attributes, pair.key)) continue;
		if (++count > mostAttributes) break;
		bounds.set(understood.attributes, pair.key, pair.value);
	}
	const { method, status } = understood.attributes;
	if (understood.severity !== null) return;
	// Sidekiq: the level stands behind the pairs.
	if (lead > from) understood.severity = levelAt(text, lead);
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
		const time = pair.value.length > 9 ? moments.read(pair.value, now) : null;
		understood.time ??= time;
		return time !== null && understood.time === time;
	}
	// Heroku's router has "at".
	if (role !== 'severity' && pair.key !== 'at') return false;
	const level = severity.word(pair.value);
	if (level === null || (pair.key === 'at' && pair.value.length < 4)) return false;
	understood.severity ??= level;
	return understood.severity === level;
}

function levelAt(text: string, at: number): number | null {
	let start = at;
	while (text[start] === ' ') start += 1;
	const end = words.endOfLetters(text, start);
	if (text[end] !== ':' || !words.isCapitals(text, start, end)) return null;
	return words.find(text, start, end)?.severity ?? null;
}

/** An object right behind the head is the record, and says what an entry's fields say; others are only data with ids. */
function readObjects(text: string, end: number, understood: Understood, now: number): void {
	let from = 0;
	const record = text.startsWith('{"', end) ? objects.at(text, end) : null;
	if (record !== null) {
		const known = fields.read(record.value, understood, now, false);
		understood.time ??= known.time;
		understood.severity ??= known.severity;
		for (const role of ['host', 'trace_id', 'span_id'] as const) understood[role] ??= known[role];
		if (!known.isHint) understood.service ??= known.service;
		add(known.attributes, understood.attributes);
		from = record.end;
	}
	for (const value of objects.within(text, from)) {
		for (const role of ['trace_id', 'span_id'] as const) {
			const id = value[role];
			if (understood[role] !== null || typeof id !== 'string' || /^[0-]*$/.test(id)) continue;
			understood[role] = id;
			delete value[role];
		}
		add(value, understood.attributes);
	}
}

function add(found: fields.Fields, attributes: fields.Fields): void {
	let free = mostAttributes - Object.keys(attributes).length;
	for (const key in found) {
		if (Object.hasOwn(attributes, key)) continue;
		if (--free < 0) return;
		bounds.set(attributes, key, found[key]);
	}
}
