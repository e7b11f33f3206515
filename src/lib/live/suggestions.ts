/** What the query box offers while someone types: earlier queries, the names of fields, and their values. */
import { columns } from '../log/field-names.ts';
import * as query from '../log/query.ts';
import { split, type Token } from '../log/tokens.ts';
import * as fields from './fields.ts';
import * as lines from './lines.ts';
import type { Values } from './search.ts';

const most = 12;
/** Names are taken from this many of the newest lines. */
const looked = 200;

export interface Suggestion {
	/** The box's text up to the caret, if it is taken. */
	text: string;
	/** What is shown: the part that changes. */
	label: string;
	/** How many lines have the value; null for what is no value. */
	count: number | null;
}

/** A value that is being typed after a field and a colon. */
export interface Begun {
	field: string;
	/** What is there of the value. */
	value: string;
	/** The text before the field. */
	before: string;
}

/** What can complete the text before the caret: earlier queries first, then names of fields. */
export function of(text: string, names: readonly string[], earlier: readonly string[]): Suggestion[] {
	const begun = earlier.filter((query) => query !== text && query.startsWith(text));
	const known = begun.map((query) => ({ text: query, label: query, count: null }));
	const named = completed(text, names).filter(({ text }) => !begun.includes(text));
	return [...known, ...named].slice(0, most);
}

/** The text with its last word completed to the name of a field. */
function completed(text: string, names: readonly string[]): Suggestion[] {
	const [previous, last] = [split(text).at(-2), split(text).at(-1)];
	if (last?.kind !== 'word' || last.text === '' || previous?.kind === 'operator') return [];
	const before = text.slice(0, last.position);
	const begun = names.filter((name) => name.startsWith(last.text));
	return begun.map((name) => ({ text: `${before}${name}:`, label: `${name}:`, count: null }));
}

/** The value at the end of a text that is being typed; null if it is none, or is compared by more than equality. */
export function valueAt(text: string): Begun | null {
	// An attribute's name is only read as one if a value follows.
	const isEmpty = text.endsWith(':');
	const [field, operator, last] = split(isEmpty ? `${text}_` : text).slice(-3) as (Token | undefined)[];
	if (field?.kind !== 'field' || operator?.text !== ':' || !last) return null;
	const isOpen = last.kind === 'word' || (last.kind === 'phrase' && last.fault);
	if (!isOpen) return null;
	const value = isEmpty ? '' : last.text.replace(/^"/, '');
	return { field: field.value, value, before: text.slice(0, field.position) };
}

/** The values of a field that contain what was begun, those that begin with it first, the most frequent of each first. */
export function ofValues({ field, value, before }: Begun, known: readonly Values[]): Suggestion[] {
	const values = known.find(({ name }) => query.equal(name, '') === query.equal(field, ''))?.values ?? [];
	const sought = value.toLowerCase();
	const placed = values.map((one) => ({ ...one, at: one.value.toLowerCase().indexOf(sought) }));
	const found = placed.filter(({ at, value: other }) => at >= 0 && other !== value);
	return [...found.filter(({ at }) => at === 0), ...found.filter(({ at }) => at > 0)]
		.slice(0, most)
		.map(({ value, count }) => ({ text: `${before}${query.equal(field, value)}`, label: value, count }));
}

/** The names of the fields that lines have. */
export function namesIn(rows: readonly lines.Row[]): string[] {
	const names = new Set<string>(['level', ...columns]);
	for (const row of rows.slice(-looked)) {
		if (lines.isSkipped(row)) continue;
		for (const { path } of fields.flatten(row.attributes, 50)) names.add(path);
	}
	return [...names].sort();
}
