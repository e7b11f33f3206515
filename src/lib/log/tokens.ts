import { columns } from './field-names.ts';

/** A place in a text: UTF-16 units from 0, as a text box counts them. */
export interface Span {
	position: number;
	length: number;
}

/** What is wrong with a query, what to do about it, and where. */
export interface QueryError extends Span {
	message: string;
}

export type Kind =
	| 'space'
	| 'open'
	| 'close'
	| 'minus'
	| 'not'
	| 'and'
	| 'or'
	| 'field'
	| 'operator'
	| 'word'
	| 'phrase'
	| 'regex';

/** A piece of query text. `value` is its meaning: a phrase without quotes and escapes, a pattern without slashes. */
export interface Token extends Span {
	kind: Kind;
	text: string;
	value: string;
	fault: QueryError | null;
}

const SPACE = /\s+/y;
const WORD = /[^\s()"]+/y;
// Text pasted from logs consists of words, not fields: `std::thread`, `12:30`, `https://…`, and `Error: …`, whose colon ends a
// word.
const FIELD = /[\p{L}_@$][\p{L}\p{N}_@$./-]*(?=:(?!:|\/\/|[\s)]|$))/uy;
const QUOTED_FIELD = /"(?:[^"\\]|\\.)*"(?=:(?!:|[\s)]|$))/sy;
/** A field that is not an attribute requires a value even if none follows, because nobody means the word `service:`. */
const OWN_FIELD = new RegExp(`(?:level|${columns.join('|')})(?=:(?!:|//))`, 'y');
/** How other languages compare, which would silently count as text. */
const FOREIGN = /^([\p{L}_@$][\p{L}\p{N}_@$./-]*?)(?<!-)(?:!=(.+)|(>=|<=|>|<)(-?[\d.]+))$/u;
const OPERATOR = /:(?:[<>]=?)?/y;
const PHRASE = /"(?:[^"\\]|\\.)*"/sy;
const REGEX = /\/(?:[^/\\]|\\.)*\/i?(?=[\s()]|$)/sy;
const REGEX_AND_MORE = /\/(?:[^/\\]|\\.)*\/[^\s()"]*/sy;

const CONNECTIVES = new Map<string, Kind>([
	['AND', 'and'],
	['OR', 'or'],
	['NOT', 'not']
]);

const ESCAPES = new Map([
	['\\"', '"'],
	['\\\\', '\\'],
	['\\n', '\n'],
	['\\r', '\r'],
	['\\t', '\t']
]);

/** Cuts any text into tokens that joined give the text again. It never fails: a broken one carries a `fault`. */
export function split(text: string): Token[] {
	const tokens: Token[] = [];
	let position = 0;
	while (position < text.length) {
		const token = read(text, position, tokens.at(-1)?.kind);
		tokens.push(token);
		position += token.text.length;
	}
	return tokens;
}

/** A phrase that `split` reads back as `value`, on one line, because a text box has only one. */
export function quote(value: string): string {
	let text = value.replaceAll('\\', '\\\\');
	for (const [escape, character] of ESCAPES) {
		if (character !== '\\') text = text.replaceAll(character, escape);
	}
	return `"${text}"`;
}

function read(text: string, position: number, before: Kind | undefined): Token {
	const first = text[position];
	if (before === 'field') return plain('operator', match(OPERATOR, text, position), position);
	if (first === '(') return plain('open', first, position);
	if (first === ')') return plain('close', first, position);

	const space = match(SPACE, text, position);
	if (space) return plain('space', space, position);

	if (before !== 'operator') {
		const field = readField(text, position);
		if (field) return field;
		if (first === '-') return plain('minus', first, position);
	}
	if (first === '"') return readPhrase(text, position);
	if (first === '/') return readRegex(text, position);

	const word = match(WORD, text, position);
	return before === 'operator' ? plain('word', word, position) : readWord(word, position);
}

function readWord(word: string, position: number): Token {
	const foreign = FOREIGN.exec(word);
	if (!foreign) return plain(CONNECTIVES.get(word) ?? 'word', word, position);

	const [, name, other, operator, number] = foreign;
	const here = other === undefined ? `${name}:${operator}${number}` : `-${name}:${other}`;
	return faulty('word', word, position, `Write ${here} to compare, or put the text in quotes`);
}

function readField(text: string, position: number): Token | null {
	const bare = match(FIELD, text, position) || match(OWN_FIELD, text, position);
	if (bare) return plain('field', bare, position);

	const quoted = match(QUOTED_FIELD, text, position);
	return quoted ? { ...unquote(quoted, position), kind: 'field' } : null;
}

function readPhrase(text: string, position: number): Token {
	const closed = match(PHRASE, text, position);
	if (closed) return unquote(closed, position);

	const rest = text.slice(position);
	return faulty('phrase', rest, position, 'Close the quote that opens here');
}

function readRegex(text: string, position: number): Token {
	const regex = match(REGEX, text, position);
	if (regex) return slashed(regex, position);

	const longer = match(REGEX_AND_MORE, text, position);
	if (longer) {
		const message = 'End the regular expression with / or /i, or put text that has slashes in quotes';
		return faulty('regex', longer, position, message);
	}
	const message =
		'Close the regular expression that opens here with /, or put text that has slashes in quotes';
	return faulty('regex', text.slice(position), position, message);
}

function slashed(text: string, position: number): Token {
	const pattern = text.slice(1, text.lastIndexOf('/'));
	if (pattern) return { ...plain('regex', text, position), value: pattern };

	return faulty('regex', text, position, 'Write a pattern between the slashes, or put them in quotes');
}

function unquote(text: string, position: number): Token {
	let fault: QueryError | null = null;
	const value = text.slice(1, -1).replace(/\\./gs, (escape, offset: number) => {
		const character = ESCAPES.get(escape);
		if (character !== undefined) return character;
		const message = 'Write \\\\ for a backslash; the escapes are \\" \\\\ \\n \\r \\t';
		fault ??= { message, position: position + 1 + offset, length: escape.length };
		return escape;
	});
	return { ...plain('phrase', text, position), value, fault };
}

function plain(kind: Kind, text: string, position: number): Token {
	return { kind, text, position, length: text.length, value: text, fault: null };
}

function faulty(kind: Kind, text: string, position: number, message: string): Token {
	return { ...plain(kind, text, position), fault: { message, position, length: text.length } };
}

function match(pattern: RegExp, text: string, position: number): string {
	pattern.lastIndex = position;
	return pattern.exec(text)?.[0] ?? '';
}
