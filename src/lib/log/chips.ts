import { levels, type Level } from './entry.ts';
import { equal, format, parse, type Query } from './query.ts';
import type { Equals, HasLevel, Term } from './terms.ts';
import { split, type Kind } from './tokens.ts';

// The chips and the query box edit the same text. A chip edits the terms that must all hold, in brackets or not, and leaves
// everything else as typed. A text that does not parse stays as it is until its error is fixed.

/** What the level chips show: from a level up, one level alone, or nothing. */
export type Levels = { min: Level } | { exact: Level } | null;

/** Which level chip is on. A level within an OR or after `-` does not count. */
export function levelsOf(text: string): Levels {
	const term = required(text).find(isLevelChip);
	if (!term) return null;
	if (term.operator === '=') return { exact: term.level };
	const min = term.operator === '>' ? levels[levels.indexOf(term.level) + 1] : term.level;
	return min ? { min } : null;
}

/** The text with `level:>=…` set, or with no level chip on (null). `level:<…` and `-level:…` stay. */
export function withLevel(text: string, level: Level | null): string {
	return put(text, isLevelChip, level && `level:>=${level}`);
}

/** The services that the service chip shows. Several can only be typed, and match nothing. */
export function servicesOf(text: string): string[] {
	return required(text)
		.filter(isServiceChip)
		.map((term) => term.text);
}

/** The text with `service:…` set, or with no service chip on (null). */
export function withService(text: string, service: string | null): string {
	return put(text, isServiceChip, service === null ? null : equal('service', service));
}

/**
 * The text with the term `field:value` added if missing, and its opposite removed. An attribute is named with the prefix
 * `attributes.`, which the text omits where possible.
 */
export function filterFor(text: string, field: string, value: string | number | boolean | null): string {
	const term = equal(field, String(value));
	return add(text, term, `-${term}`);
}

/** The text with the term `-field:value` added if missing, and its opposite removed. */
export function filterOut(text: string, field: string, value: string | number | boolean | null): string {
	const term = equal(field, String(value));
	return add(text, `-${term}`, term);
}

/** Each term that must hold, and the text without it. */
export function withoutEach(text: string): { term: string; rest: string }[] {
	const query = read(text);
	if (!query) return [];
	return flatten(query).map((term) => ({
		term: slice(text, term),
		rest: rewrite(text, query, (other) => (other === term ? null : slice(text, other)))
	}));
}

export type Shown = 'space' | 'field' | 'operator' | 'word' | 'phrase' | 'regex' | 'paren' | 'error';

const SHOWN: Record<Kind, Shown> = {
	space: 'space',
	open: 'paren',
	close: 'paren',
	minus: 'operator',
	not: 'operator',
	and: 'operator',
	or: 'operator',
	field: 'field',
	operator: 'operator',
	word: 'word',
	phrase: 'phrase',
	regex: 'regex'
};

/** Cuts a text into coloured pieces that joined give the text again; where `parse` finds an error, `error`. */
export function highlight(text: string): { kind: Shown; text: string }[] {
	const parsed = parse(text);
	const [from, to] = parsed.ok
		? [0, 0]
		: [parsed.error.position, parsed.error.position + parsed.error.length];
	return split(text).map((token) => {
		const wrong = token.kind !== 'space' && token.position < to && token.position + token.length > from;
		return { kind: wrong ? 'error' : SHOWN[token.kind], text: token.text };
	});
}

function isLevelChip(term: Term): term is HasLevel {
	return term.kind === 'level' && ['=', '>', '>='].includes(term.operator);
}

function isServiceChip(term: Term): term is Equals {
	return term.kind === 'equals' && term.field === 'service';
}

/** The terms that must all hold; none if the text does not parse. */
function required(text: string): Term[] {
	const query = read(text);
	return query ? flatten(query) : [];
}

function read(text: string): Query | null {
	const parsed = parse(text);
	return parsed.ok ? parsed.query : null;
}

function flatten(query: Query): Term[] {
	if (query.kind === 'all') return [];
	return query.kind === 'and' ? query.parts.flatMap(flatten) : [query];
}

/** Replaces the first term that is `mine` and removes the others; adds it if there is none. */
function put(text: string, mine: (term: Term) => boolean, replacement: string | null): string {
	const query = read(text);
	if (!query) return text;

	const first = flatten(query).find(mine);
	if (!first) return replacement ? append(text, replacement) : text;
	return rewrite(text, query, (term) => {
		if (!mine(term)) return slice(text, term);
		return term === first ? replacement : null;
	});
}

function add(text: string, wanted: string, opposite: string): string {
	const query = read(text);
	if (!query || !parse(wanted).ok) return text;

	const [same, other] = [canonical(wanted), canonical(opposite)];
	const rest = rewrite(text, query, (term) => (format(term) === other ? null : slice(text, term)));
	return flatten(query).some((term) => format(term) === same) ? rest : append(rest, wanted);
}

function canonical(text: string): string {
	const parsed = parse(text);
	return parsed.ok ? format(parsed.query) : text;
}

type Change = (term: Term) => string | null;

/** Changes or removes (null) the terms that must all hold, and keeps the text between, before and after the others. */
function rewrite(text: string, query: Query, change: Change): string {
	if (query.kind === 'all') return '';
	const rewritten = rewriteTerm(text, query, change);
	if (rewritten === null) return '';
	return text.slice(0, query.position) + rewritten + text.slice(query.position + query.length);
}

/** With its brackets, if any; null if nothing of it is left. */
function rewriteTerm(text: string, term: Term, change: Change): string | null {
	if (term.kind !== 'and') return change(term);
	const start = term.parts[0]?.position ?? term.position;
	let [rewritten, end, removed] = ['', start, false];
	for (const part of term.parts) {
		const changed = rewriteTerm(text, part, change);
		const between = text.slice(end, part.position) || (removed ? ' ' : '');
		end = part.position + part.length;
		removed = changed === null;
		if (changed !== null) rewritten += (rewritten && between) + changed;
	}
	if (!rewritten) return null;
	return text.slice(term.position, start) + rewritten + text.slice(end, term.position + term.length);
}

function append(text: string, term: string): string {
	const before = text.trim();
	if (!before) return term;
	return isEither(before) ? `(${before}) ${term}` : `${before} ${term}`;
}

function isEither(text: string): boolean {
	let depth = 0;
	for (const { kind } of split(text)) {
		if (kind === 'open') depth++;
		if (kind === 'close') depth--;
		if (kind === 'or' && depth === 0) return true;
	}
	return false;
}

function slice(text: string, { position, length }: Term): string {
	return text.slice(position, position + length);
}
