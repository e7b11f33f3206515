import { levels, type Entry } from '../../../src/lib/log/entry.ts';
import type { Operator, Wish } from './wish.ts';

/** Whether an entry matches a wish, in the plainest way. */
export function matches(wish: Wish, entry: Entry): boolean {
	switch (wish.is) {
		case 'word':
		case 'phrase':
			return says(entry, wish.text);
		case 'regex':
			return valuesOf(entry, wish.field ?? 'message').some((value) =>
				new RegExp(wish.source, wish.flags).test(value)
			);
		case 'level':
			return ordered(levels.indexOf(entry.level), wish.operator, levels.indexOf(wish.level));
		case 'column':
			return valuesOf(entry, wish.field).includes(wish.text);
		case 'attribute':
			return (
				attributesAt(entry, wish.path).map(String).includes(wish.text) ||
				(wish.path !== 'level' && says(entry, `${wish.path}:${wish.text}`))
			);
		case 'number':
			return attributesAt(entry, wish.path)
				.filter((value) => typeof value === 'number' || /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(String(value)))
				.some((value) => ordered(Number(value), wish.operator, wish.number));
		case 'not':
			return !matches(wish.part, entry);
		case 'and':
			return wish.parts.every((part) => matches(part, entry));
		case 'or':
			return wish.parts.some((part) => matches(part, entry));
	}
}

function ordered(left: number, operator: '' | Operator, right: number): boolean {
	if (operator === '') return left === right;
	if (operator.startsWith('>') && left > right) return true;
	if (operator.startsWith('<') && left < right) return true;
	return operator.endsWith('=') && left === right;
}

/** A message as people read it: a colour within a word does not split it. */
function readable({ message }: Entry): string {
	return message.replace(/\x1b\[[\d;]*m/g, ''); // eslint-disable-line no-control-regex
}

function says(entry: Entry, text: string): boolean {
	return readable(entry).toLowerCase().includes(text.toLowerCase());
}

function valuesOf(entry: Entry, field: string): string[] {
	if (field === 'message') return [readable(entry)];
	if (field === 'service') return [entry.service];
	const attributes = attributesAt(entry, field.replace(/^attributes\./, '')).map(String);
	if (field !== 'host' && field !== 'trace_id' && field !== 'span_id') return attributes;
	return entry[field] === null ? attributes : [entry[field], ...attributes];
}

/** Everything that is neither object nor array and whose keys, joined with dots, give the path. */
function attributesAt(entry: Entry, path: string): unknown[] {
	return leavesOf('', entry.attributes)
		.filter(([found]) => found === `.${path}`)
		.map(([, value]) => value);
}

function leavesOf(path: string, value: unknown): [path: string, value: unknown][] {
	if (typeof value !== 'object' || value === null) return [[path, value]];
	return Object.entries(value).flatMap(([key, inner]) => leavesOf(`${path}.${key}`, inner));
}
