import { levels, type Level } from './entry.ts';
import { equal, format, parse, type Query } from './query.ts';
import type { Term } from './terms.ts';
import { split, type Kind } from './tokens.ts';

// The chips and the query box edit the same text. A chip edits the terms that must all hold, in brackets or not, and leaves
// everything else as typed. A text that does not parse stays as it is until its error is fixed.

/** The levels that have a chip. That of errors takes fatal ones in. */
export const levelChips = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[];
export type LevelChip = (typeof levelChips)[number];

/** Which level chips are on; none if every level passes. A level beside other terms in an OR, or after `-`, does not count. */
export function levelsOf(text: string): LevelChip[] {
	const terms = required(text).filter(isLevelChip);
	if (terms.length === 0) return [];
	return levelChips.filter((chip) => {
		const meant: Level[] = chip === 'error' ? ['error', 'fatal'] : [chip];
		return meant.some((level) => terms.every((term) => passes(term, level)));
	});
}

/** The text with these level chips on, or none of them. `level:<…` and `-level:…` stay. */
export function withLevels(text: string, chosen: readonly LevelChip[]): string {
	const [first] = levelChips.filter((level) => chosen.includes(level));
	if (!first) return put(text, isLevelChip, null);
	const above = levelChips.slice(levelChips.indexOf(first));
	if (chosen.length === above.length) return put(text, isLevelChip, `level:>=${first}`);
	const terms = levelChips.flatMap((level) => (chosen.includes(level) ? [levelTerm(level)] : []));
	return put(text, isLevelChip, either(terms));
}

/** The chosen levels in a few letters: `warn+` for warn and above. */
export function levelsName(text: string): string {
	const chosen = levelsOf(text);
	const [lowest] = chosen;
	if (!lowest) return 'All levels';
	const isAllAbove = chosen.length === levelChips.length - levelChips.indexOf(lowest);
	return isAllAbove && lowest !== 'error' ? `${lowest}+` : chosen.join(', ');
}

/** The services that the service chip shows: one of them must hold. */
export function servicesOf(text: string): string[] {
	const names = required(text).filter(isServiceChip).map(namesIn);
	return [...new Set(names.flat())];
}

/** The text with one of these services required, or with no service chip on. */
export function withServices(text: string, services: readonly string[]): string {
	return put(text, isServiceChip, either(services.map((service) => equal('service', service))));
}

const levelTerm = (level: LevelChip) => (level === 'error' ? 'level:>=error' : `level:${level}`);

/** Terms of which one must hold, as one term; null without any. */
function either(terms: readonly string[]): string | null {
	const [first] = terms;
	return first === undefined ? null : terms.length === 1 ? first : `(${terms.join(' OR ')})`;
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

/** A level from some level up, one alone, or several of those in an OR. */
function isLevelChip(term: Term): boolean {
	if (term.kind === 'or') return term.parts.every(isLevelChip);
	return term.kind === 'level' && ['=', '>', '>='].includes(term.operator);
}

/** Whether a term that `isLevelChip` lets a level pass. */
function passes(term: Term, level: Level): boolean {
	if (term.kind === 'or') return term.parts.some((part) => passes(part, level));
	if (term.kind !== 'level') return false;
	const above = levels.indexOf(level) - levels.indexOf(term.level);
	return term.operator === '=' ? above === 0 : above >= (term.operator === '>' ? 1 : 0);
}

/** A service, or several in an OR. */
function isServiceChip(term: Term): boolean {
	if (term.kind === 'or') return term.parts.every(isServiceChip);
	return term.kind === 'equals' && term.field === 'service';
}

function namesIn(term: Term): string[] {
	if (term.kind === 'or') return term.parts.flatMap(namesIn);
	return term.kind === 'equals' ? [term.text] : [];
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
