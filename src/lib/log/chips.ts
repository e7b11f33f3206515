import { levels, type Level } from './entry.ts';
import { equal, format, parse } from './query.ts';
import type { Equals, HasLevel, Term } from './terms.ts';
import { split, type Kind } from './tokens.ts';

// The chips and the query box are two handles on one text. A chip edits the terms that stand at its top level, joined by
// AND, and leaves all else as it was typed. A text that does not parse stays as it is: its error is mended first.

/** What the level chips show: from a level up, one level alone, or nothing. */
export type Levels = { min: Level } | { exact: Level } | null;

/** Which level chip is on. A level within an OR, with other terms in brackets, or after `-` is not the chip's. */
export function levelsOf(text: string): Levels {
	const term = topLevel(text)?.find(isLevelChip);
	if (!term) return null;
	if (term.operator === '=') return { exact: term.level };
	const min = term.operator === '>' ? levels[levels.indexOf(term.level) + 1] : term.level;
	return min ? { min } : null;
}

/** The text with `level:>=…` set, or with no level chip on (null). `level:<…` and `-level:…` stay. */
export function withLevel(text: string, level: Level | null): string {
	return put(text, isLevelChip, level && `level:>=${level}`);
}

/** The services that the service chip shows. More than one can only be typed, and matches nothing. */
export function servicesOf(text: string): string[] {
	const terms = topLevel(text) ?? [];
	return terms.filter(isServiceChip).map((term) => term.text);
}

/** The text with `service:…` set, or with no service chip on (null). */
export function withService(text: string, service: string | null): string {
	return put(text, isServiceChip, service === null ? null : equal('service', service));
}

/**
 * The text with the term `field:value` added if it lacks it, and its opposite removed. An attribute is named with the
 * prefix `attributes.`, which is left off in the text where it can be.
 */
export function filterFor(text: string, field: string, value: string | number | boolean | null): string {
	const term = equal(field, String(value));
	return add(text, term, `-${term}`);
}

/** The text with the term `-field:value` added if it lacks it, and its opposite removed. */
export function filterOut(text: string, field: string, value: string | number | boolean | null): string {
	const term = equal(field, String(value));
	return add(text, `-${term}`, term);
}

export type Shown = 'space' | 'field' | 'operator' | 'word' | 'phrase' | 'regex' | 'paren' | 'error';

const SHOWN: Record<Kind, Shown> = {
	space: 'space',
	open: 'paren',
	close: 'paren',
	minus: 'operator',
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

/** The terms that must all hold; null if the text does not parse. Terms in brackets together are one. */
function topLevel(text: string): Term[] | null {
	const parsed = parse(text);
	if (!parsed.ok) return null;
	const { query } = parsed;
	if (query.kind === 'all') return [];
	const inBrackets = query.kind === 'and' && query.parts[0]?.position !== query.position;
	return query.kind === 'and' && !inBrackets ? query.parts : [query];
}

/** Replaces the first term that is `mine` and removes the others; adds it if there is none. */
function put(text: string, mine: (term: Term) => boolean, replacement: string | null): string {
	const terms = topLevel(text);
	if (!terms) return text;

	const first = terms.find(mine);
	if (!first) return replacement ? append(text, replacement) : text;
	return rewrite(text, terms, (term) => {
		if (!mine(term)) return slice(text, term);
		return term === first ? replacement : null;
	});
}

function add(text: string, wanted: string, opposite: string): string {
	const terms = topLevel(text);
	if (!terms || !parse(wanted).ok) return text;

	const [same, other] = [canonical(wanted), canonical(opposite)];
	const rest = rewrite(text, terms, (term) => (format(term) === other ? null : slice(text, term)));
	return terms.some((term) => format(term) === same) ? rest : append(rest, wanted);
}

function canonical(text: string): string {
	const parsed = parse(text);
	return parsed.ok ? format(parsed.query) : text;
}

/** Changes or removes (null) terms, and keeps what stands between, before and after the others. */
function rewrite(text: string, terms: Term[], change: (term: Term) => string | null): string {
	let rewritten = '';
	let end = 0;
	let removed = false;
	for (const term of terms) {
		const changed = change(term);
		const between = text.slice(end, term.position) || (removed ? ' ' : '');
		end = term.position + term.length;
		removed = changed === null;
		if (changed !== null) rewritten += (rewritten && between) + changed;
	}
	return rewritten && text.slice(0, terms[0]?.position) + rewritten + text.slice(end);
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
