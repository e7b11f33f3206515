import * as json from '../json.ts';
import * as aliases from './aliases.ts';
import type { Candidate } from './candidates.ts';

const names = aliases.namesOf('message');

type Fields = Record<string, unknown>;

/** Whether an object of fields has a message, or a null in its place. */
export function isIn(raw: Fields): boolean {
	return isAmong(raw) || within(raw) !== null;
}

function isAmong(raw: Fields): boolean {
	return names.some((name) => {
		const value = raw[name];
		if (value === undefined) return false;
		return (value === null && aliases.own.has(name)) || textOf(name, value) !== null;
	});
}

/** The `fields` of Rust's tracing, which have the message that the object itself lacks; null if there are none. */
export function within(raw: Fields): Fields | null {
	const { fields } = raw;
	if (typeof fields !== 'object' || fields === null) return null;
	return typeof (fields as Fields).message === 'string' && !isAmong(raw) ? (fields as Fields) : null;
}

/** The first message in the order of the aliases; `null` as text if there are only nulls; null if there is none. */
export function take(candidates: Candidate[]): string | null {
	let best: Candidate | null = null;
	let hasNull = false;
	for (const candidate of candidates) {
		const { alias, value } = candidate;
		if (alias.role !== 'message') continue;
		if (value === null && aliases.own.has(alias.name)) hasNull = true;
		else if ((best === null || alias.rank < best.alias.rank) && textOf(alias.name, value) !== null)
			best = candidate;
	}
	if (best === null) return hasNull ? 'null' : null;
	if (best.alias.name === 'full_message') best = ofGelf(best, candidates);
	best.isTaken = true;
	return textOf(best.alias.name, best.value);
}

/** GELF: the full message if it has several lines; the short one is then often its first. */
function ofGelf(full: Candidate, candidates: Candidate[]): Candidate {
	const short = candidates.find(({ alias }) => alias.name === 'short_message');
	if (typeof short?.value !== 'string' || typeof full.value !== 'string' || short.value === '') return full;
	const hasLines = full.value.trimEnd().includes('\n');
	const [used, other] = hasLines ? [full, short] : [short, full];
	other.isTaken = full.value.startsWith(short.value) && (hasLines || full.value.trimEnd() === short.value);
	return used;
}

/** The entry's own names may have anything, as its JSON; the others only text. An object in `log` is Filebeat's. */
function textOf(name: string, value: unknown): string | null {
	const plain = json.plain(value);
	if (typeof plain === 'string') return plain === '' && !aliases.own.has(name) ? null : plain;
	if (name === 'MESSAGE' && isBytes(value)) return Buffer.from(value).toString();
	if (value === null || !aliases.own.has(name)) return null;
	return name === 'log' && typeof value === 'object' && !Array.isArray(value) ? null : json.stringify(plain);
}

/** journald's JSON of a message that is not UTF-8, or has control characters. */
function isBytes(value: unknown): value is number[] {
	const isByte = (member: unknown) => Number.isInteger(member) && Number(member) >= 0 && Number(member) < 256;
	return Array.isArray(value) && value.length > 0 && value.every(isByte);
}
