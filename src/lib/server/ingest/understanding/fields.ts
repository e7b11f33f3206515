import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as aliases from './aliases.ts';
import { idOf, nameOf, severityOf, take, timeOf, type Candidate } from './candidates.ts';
import * as kubernetes from './kubernetes.ts';
import * as messages from './messages.ts';
import * as requests from './requests.ts';
import * as service from './service.ts';

export type Fields = Record<string, unknown>;

/** What is known of an entry so far; null for what is not. `time` is in epoch milliseconds. */
export interface Given {
	time: number | null;
	severity: number | null;
	service: string | null;
	host: string | null;
	trace_id: string | null;
	span_id: string | null;
}

export const nothing: Given = Object.freeze({
	time: null,
	severity: null,
	service: null,
	host: null,
	trace_id: null,
	span_id: null
});

/** What the fields of an object say of its entry. */
export interface Known extends Given, service.Service {
	/** When the sender saw it, in epoch milliseconds: its time if nothing else says one. */
	observed: number | null;
	/** Null if there is none. */
	message: string | null;
	attributes: Fields;
}

/** What is known of a bare line of text: nothing. */
export function none(): Known {
	return {
		time: null,
		severity: null,
		service: null,
		host: null,
		trace_id: null,
		span_id: null,
		isHint: false,
		observed: null,
		message: null,
		attributes: {}
	};
}

interface Sorted {
	candidates: Candidate[];
	attributes: Fields;
	hasKubernetes: boolean;
}

/**
 * Reads the meaningful fields of an object; all others are attributes, which join its own `attributes`. A field that is
 * used is not an attribute as well, unless its alias stays. What is given wins: then only a field that says the same goes.
 * `isEntry` is false for attributes alone, where nothing is a message and `attributes` a name like any other. The object
 * is used up.
 */
export function read(raw: Fields, given: Given, now: number, isEntry: boolean): Known {
	const { candidates, attributes, hasKubernetes } = sort(raw, isEntry);
	const message = isEntry ? messages.take(candidates) : null;
	const time = take(candidates, 'time', given.time, timeOf, now);
	const observed = take(candidates, 'observed', null, timeOf, now);
	const told = take(candidates, 'severity', given.severity, severityOf, now);
	const host = take(candidates, 'host', given.host, nameOf, now);
	const trace_id = take(candidates, 'trace_id', given.trace_id, idOf, now);
	const span_id = take(candidates, 'span_id', given.span_id, idOf, now);
	const chosen = service.choose(candidates, given.service, hasKubernetes ? attributes : null);
	const severity = told ?? (isEntry ? requests.ofFields(attributes) : null);
	if (time === null) noteUnread(candidates, attributes);
	for (const candidate of candidates) putBack(candidate, attributes);
	return {
		service: chosen.service,
		isHint: chosen.isHint,
		time,
		observed,
		severity,
		host: host ?? (hasKubernetes ? kubernetes.node(attributes) : null),
		message,
		attributes,
		trace_id,
		span_id
	};
}

/** The fields that may mean something, and the others as attributes. */
function sort(raw: Fields, isEntry: boolean): Sorted {
	const own = isEntry ? raw.attributes : undefined;
	const nested = isEntry && raw.fields !== undefined ? messages.within(raw) : null;
	const hasOwn = isObject(own);
	const attributes = hasOwn ? own : {};
	const join = hasOwn || nested !== null ? bounds.add : bounds.set;
	const candidates: Candidate[] = [];
	let hasKubernetes = false;
	for (const key in raw) {
		const value = raw[key];
		const alias = aliases.of(key);
		if (alias !== undefined && (alias.holds === undefined || alias.holds(raw))) {
			addCandidate(candidates, alias, value);
			if (alias.stays) join(attributes, key, value);
		} else if (key === 'kubernetes' && kubernetes.is(value)) {
			kubernetes.flatten(value, attributes);
			hasKubernetes = true;
		} else if (key === 'fields' && nested !== null) {
			const { message, ...others } = nested;
			addCandidate(candidates, aliases.of('message')!, message);
			for (const name in others) join(attributes, name, others[name]);
		} else if (key !== 'attributes' || (!hasOwn && own !== null)) join(attributes, key, value);
		hasKubernetes ||= key.startsWith('k8s.');
	}
	return { candidates, attributes, hasKubernetes };
}

/** An object's member counts under its name with a dot, which stays: within the object. */
function addCandidate(candidates: Candidate[], alias: aliases.Alias, value: unknown): void {
	candidates.push({ alias, value, isTaken: false });
	if (alias.member === undefined || !isObject(value)) return;
	const member = aliases.of(`${alias.name}.${alias.member}`);
	if (member !== undefined) candidates.push({ alias: member, value: value[alias.member], isTaken: false });
}

/** Of the entry's own names for times that cannot be read the first is kept as `original_time`. */
function noteUnread(candidates: Candidate[], attributes: Fields): void {
	let unread: Candidate | null = null;
	for (const candidate of candidates) {
		const { alias, value } = candidate;
		if (alias.role !== 'time' || !aliases.own.has(alias.name) || value === null) continue;
		if (unread === null || alias.rank < unread.alias.rank) unread = candidate;
	}
	if (unread === null) return;
	unread.isTaken = true;
	bounds.note(attributes, 'original_time', json.plain(unread.value));
}

/**
 * An unused field is an attribute like any other; null, and an empty name, in one of the entry's own means that it is
 * absent.
 */
function putBack({ alias, value, isTaken }: Candidate, attributes: Fields): void {
	if (isTaken || alias.stays) return;
	const isAbsent = value === null || (value === '' && alias.role !== 'message' && alias.role !== 'severity');
	if (!isAbsent || !aliases.own.has(alias.name)) bounds.add(attributes, alias.name, value);
}

function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
