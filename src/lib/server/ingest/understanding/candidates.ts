import * as json from '../json.ts';
import * as severity from '../severity.ts';
import * as aliases from './aliases.ts';
import * as moments from './moments.ts';
import { withoutColours } from './reading.ts';

/** A field that may mean something to its entry. */
export interface Candidate {
	alias: aliases.Alias;
	value: unknown;
	/** Whether it is used, or says the same as what is: then it is no attribute of its own. */
	isTaken: boolean;
}

type Read<Value> = (candidate: Candidate, now: number) => Value | null;

/**
 * The first usable value of a role, in the order of its aliases. What is given wins: then only what says the same is
 * taken. `now` is in epoch milliseconds.
 */
export function take<Value>(
	candidates: Candidate[],
	role: aliases.Role,
	given: Value | null,
	read: Read<Value>,
	now: number
): Value | null {
	let best: Candidate | null = null;
	let found = given;
	for (const candidate of candidates) {
		if (candidate.alias.role !== role || candidate.isTaken) continue;
		const value = read(candidate, now);
		if (value === null) continue;
		if (given !== null) candidate.isTaken = value === given;
		else if (best === null || candidate.alias.rank < best.alias.rank) [best, found] = [candidate, value];
	}
	if (best !== null) best.isTaken = true;
	return found;
}

/** A level; also in colours, as winston writes it, or as the name within an object (loguru, log4js). */
export const severityOf: Read<number> = ({ alias, value }) =>
	severity.read(alias.name as severity.Field, levelOf(json.plain(value)));

function levelOf(value: unknown): unknown {
	if (typeof value === 'string') return value.length > 64 ? value : withoutColours(value);
	if (typeof value !== 'object' || value === null) return value;
	const { name, levelStr } = value as { name?: unknown; levelStr?: unknown };
	return typeof name === 'string' ? name : levelStr;
}

/** A time; under a name that is not only a log's, an instant and no date or number of another kind. */
export function timeOf({ alias, value }: Candidate, now: number): number | null {
	const plain = json.plain(value);
	if (aliases.own.has(alias.name) || isInstant(plain)) return moments.read(plain, now);
	return null;
}

/** A number of seconds since 2001 or finer, a text with a time of day, or an object. */
function isInstant(value: unknown): boolean {
	if (typeof value === 'number') return value >= 1e9;
	return typeof value === 'string' ? /:|^\d{10}/.test(value) : true;
}

/** A name: text that is not empty; under the entry's own names also a number or boolean. */
export function nameOf({ alias, value }: Candidate): string | null {
	if (typeof value === 'string') return value === '' ? null : json.text(value);
	const isScalar = typeof value === 'number' || typeof value === 'boolean';
	return isScalar && aliases.own.has(alias.name) ? String(value) : null;
}

/** An id. One of zeros is none (W3C Trace Context, 3.2.2.3); Google Cloud's stands behind the name of the project. */
export function idOf(candidate: Candidate): string | null {
	const name = nameOf(candidate);
	if (name === null || /^[0-]+$/.test(name)) return null;
	return candidate.alias.name.startsWith('logging.googleapis') ? name.slice(name.lastIndexOf('/') + 1) : name;
}
