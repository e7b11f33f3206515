import { fold } from './fold.ts';
import * as attributes from './attributes.ts';
import { severityOf, type Entry } from './entry.ts';
import * as sequences from './sequences.ts';
import { isColumn, isExact, pathOf, shared } from './field-names.ts';
import { parse, type Query } from './query.ts';
import * as regex from './regex.ts';
import type { Compares, Equals, HasLevel, Matches } from './terms.ts';
import type { QueryError } from './tokens.ts';

export type Predicate = (entry: Entry) => boolean;
export type Compiled = { ok: true; matches: Predicate } | { ok: false; error: QueryError };
export type Read = { ok: true; query: Query; matches: Predicate } | { ok: false; error: QueryError };

type Tester = (text: string) => boolean;
type Testers = Map<Matches, Tester>;

/**
 * Our own limits, per query, in RE2 instructions and expressions. Time: at worst 5 µs per character of a message (measured).
 * Memory: RE2 keeps up to 8 MiB of states for each expression.
 */
const REGEX_BUDGET = 500;
const MAX_REGEXES = 8;

/** Terms of an AND or OR are tried in this order: the cheap ones decide most lines. */
const COSTS = { all: 0, level: 0, equals: 1, compares: 1, contains: 2, not: 3, and: 3, or: 3, matches: 4 };

/** Parses the text of a query and compiles it. */
export function read(text: string): Read {
	const parsed = parse(text);
	if (!parsed.ok) return parsed;
	const compiled = compile(parsed.query);
	return compiled.ok ? { ...parsed, matches: compiled.matches } : compiled;
}

/** Turns a query into a function to run on every line. Errors come from regular expressions. */
export function compile(query: Query): Compiled {
	const testers: Testers = new Map();
	let budget = REGEX_BUDGET;
	for (const term of regexesIn(query)) {
		if (testers.size === MAX_REGEXES) {
			const message = `Use at most ${MAX_REGEXES} regular expressions, or join some with |`;
			return { ok: false, error: { message, position: term.position, length: term.length } };
		}
		const compiled = regex.compile(term, budget);
		if (!compiled.ok) return compiled;
		budget -= compiled.size;
		testers.set(term, compiled.test);
	}
	return { ok: true, matches: build(query, testers) };
}

function regexesIn(query: Query): Matches[] {
	if (query.kind === 'matches') return [query];
	if (query.kind === 'not') return regexesIn(query.part);
	if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(regexesIn);
	return [];
}

function build(query: Query, testers: Testers): Predicate {
	switch (query.kind) {
		case 'all':
			return () => true;
		case 'and':
			return every(query.parts.toSorted(byCost).map((part) => build(part, testers)));
		case 'or':
			return some(query.parts.toSorted(byCost).map((part) => build(part, testers)));
		case 'not': {
			const matches = build(query.part, testers);
			return (entry) => !matches(entry);
		}
		case 'contains':
			return contains(query.text);
		case 'level':
			return level(query);
		case 'equals':
			return equals(query);
		case 'compares':
			return attribute(query.field, compares(query));
		case 'matches': {
			const test = testers.get(query);
			if (!test) throw new Error(`not compiled: ${query.pattern}`);
			return text(query.field, test);
		}
	}
}

function byCost(a: Query, b: Query): number {
	return COSTS[a.kind] - COSTS[b.kind];
}

function every(parts: Predicate[]): Predicate {
	return (entry) => {
		for (const matches of parts) if (!matches(entry)) return false;
		return true;
	};
}

function some(parts: Predicate[]): Predicate {
	return (entry) => {
		for (const matches of parts) if (matches(entry)) return true;
		return false;
	};
}

const searched = { message: '', text: '', lower: '' };

/** A message as it is searched, remembered: a line passes many terms and filters in a row. */
function searchable(message: string): { text: string; lower: string } {
	if (message === searched.message) return searched;
	searched.message = message;
	searched.text = sequences.strip(message);
	searched.lower = fold(searched.text);
	return searched;
}

function contains(text: string): Predicate {
	const needle = fold(text);
	return (entry) => searchable(entry.message).lower.includes(needle);
}

function equals({ field, text: wanted }: Equals): Predicate {
	const found = text(field, (value) => value === wanted);
	if (isColumn(field) || isExact(field)) return found;
	return some([found, contains(`${field}:${wanted}`)]);
}

/** `>warn` begins above all four severities of warn, `<=warn` includes them. */
function level({ operator, level }: HasLevel): Predicate {
	const lowest = severityOf(level);
	const highest = lowest + 3;
	switch (operator) {
		case '=':
			return ({ severity }) => severity >= lowest && severity <= highest;
		case '>=':
			return ({ severity }) => severity >= lowest;
		case '>':
			return ({ severity }) => severity > highest;
		case '<=':
			return ({ severity }) => severity <= highest;
		case '<':
			return ({ severity }) => severity < lowest;
	}
}

function compares({ operator, number }: Compares): (value: unknown) => boolean {
	return (value) => {
		const found = attributes.numberOf(value);
		if (found === null) return false;
		if (operator === '>') return found > number;
		if (operator === '>=') return found >= number;
		return operator === '<' ? found < number : found <= number;
	};
}

function text(field: string, test: Tester): Predicate {
	if (!isColumn(field)) return ofAttribute(field, test);
	if (field === 'message') return (entry) => test(searchable(entry.message).text);
	const ofEntry: Predicate = (entry) => {
		const found = entry[field];
		return found !== null && test(found);
	};
	return shared.includes(field) ? some([ofEntry, ofAttribute(field, test)]) : ofEntry;
}

function ofAttribute(field: string, test: Tester): Predicate {
	return attribute(field, (value) => {
		const found = attributes.textOf(value);
		return found !== null && test(found);
	});
}

function attribute(field: string, test: (value: unknown) => boolean): Predicate {
	const found = attributes.finder(pathOf(field), test);
	return (entry) => found(entry.attributes);
}
