import * as bounds from '../bounds.ts';
import * as access from './access.ts';
import * as fields from './fields.ts';
import * as head from './head.ts';
import * as logfmt from './logfmt.ts';
import * as objects from './objects.ts';
import * as requests from './requests.ts';
import { mostAttributes, type Understood } from './understood.ts';

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
	if (equals !== -1) logfmt.read(text, end, understood, now);
	if (brace !== -1) readObjects(text, end, understood, now);
	return understood;
}

const noHead: head.Head = { time: null, severity: null, end: 0, timeEnd: -1, isDefault: false };

/** The line's head, and what a request says that it does not. A priority of syslog is info for requests of all kinds. */
function readHead(text: string, now: number): head.Head {
	const found = head.read(text, now);
	if (found.severity !== null && !found.isDefault) return found;
	const request = access.read(text, found, now);
	if (request === null) return found;
	const time = found.timeEnd === -1 ? (found.time ?? request.time) : found.time;
	return { ...found, time, severity: request.severity ?? found.severity };
}

/** An object right behind the head is the record, and says what an entry's fields say; others are only data with ids. */
function readObjects(text: string, end: number, understood: Understood, now: number): void {
	let from = 0;
	const record = text.startsWith('{"', end) ? objects.at(text, end) : null;
	if (record !== null) {
		const known = fields.read(record.value, understood, now, false);
		understood.time ??= known.time;
		understood.severity ??= known.severity ?? requests.ofFields(known.attributes);
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
