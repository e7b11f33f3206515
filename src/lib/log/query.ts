import { nameOf } from './field-names.ts';
import { Parser } from './parser.ts';
import type { Joined, Query, Term } from './terms.ts';
import { quote, split, type QueryError } from './tokens.ts';

export type { Query, QueryError, Term };
export type Parsed = { ok: true; query: Query } | { ok: false; error: QueryError };

/** Our own limit, in UTF-16 units: far above what a person types. */
const MAX_LENGTH = 4096;

const PRECEDENCE = { or: 0, and: 1 };

/**
 * Reads a query: README, "Follow". Regular expressions are only delimited here; `predicate.compile` checks them, so that a page
 * can parse without loading RE2.
 */
export function parse(text: string): Parsed {
	if (text.length > MAX_LENGTH) {
		const message = `Shorten the query to ${MAX_LENGTH} characters`;
		return { ok: false, error: { message, position: MAX_LENGTH, length: text.length - MAX_LENGTH } };
	}
	const parser = new Parser(split(text));
	const query = parser.query();
	return query ? { ok: true, query } : { ok: false, error: parser.error };
}

/**
 * The canonical text of a query: queries that differ only in spacing, brackets, quotes or the case of words share it, and
 * `parse` reads it back as an equal query. It may be longer than `parse` accepts.
 */
export function format(query: Query): string {
	switch (query.kind) {
		case 'all':
			return '';
		case 'and':
		case 'or':
			return flatten(query)
				.map((part) => formatPart(part, query.kind))
				.join(query.kind === 'or' ? ' OR ' : ' ');
		case 'not':
			return ['and', 'or', 'not'].includes(query.part.kind)
				? `-(${format(query.part)})`
				: `-${format(query.part)}`;
		case 'contains':
			return formatText(query.text.toLowerCase());
		case 'level':
			return `level:${query.operator === '=' ? '' : query.operator}${query.level}`;
		case 'equals':
			return written(query.field, query.text);
		case 'compares':
			return `${formatField(query.field)}:${query.operator}${query.number}`;
		case 'matches': {
			const regex = `/${query.pattern}/${query.insensitive ? 'i' : ''}`;
			return query.field === 'message' ? regex : `${formatField(query.field)}:${regex}`;
		}
	}
}

/** The text of the term `field:value`, with quotes where needed and without an unneeded prefix. */
export function equal(field: string, value: string): string {
	return written(nameOf(field), value);
}

function written(field: string, value: string): string {
	// Not after a colon, because `a::b` is a word.
	const bare = /^[^\s()"/<>:][^\s()"]*$/.test(value);
	return `${formatField(field)}:${bare ? value : quote(value)}`;
}

function formatPart(part: Term, within: 'and' | 'or'): string {
	const bare = (part.kind !== 'and' && part.kind !== 'or') || PRECEDENCE[part.kind] > PRECEDENCE[within];
	return bare ? format(part) : `(${format(part)})`;
}

function flatten(query: Joined): Term[] {
	return query.parts.flatMap((part) => (part.kind === query.kind ? flatten(part as Joined) : [part]));
}

function formatText(text: string): string {
	const [first, ...others] = split(text);
	return first?.kind === 'word' && !first.fault && others.length === 0 ? text : quote(text);
}

function formatField(name: string): string {
	const first = split(`${name}:_`)[0];
	// By its value: a name with quotes of its own would be read without them.
	return first?.kind === 'field' && first.value === name ? name : quote(name);
}
