import { levels, type Level } from './entry.ts';
import { isColumn, nameOf, pathOf } from './field-names.ts';
import { numberOf, type HasLevel, type Operator, type Query, type Term } from './terms.ts';
import type { QueryError, Span, Token } from './tokens.ts';

/** Our own limits: far above what a person types, low enough that no text exhausts the stack. */
const MAX_NESTING = 64;
const MAX_FIELD_PARTS = 32;

const NOWHERE: Span = { position: 0, length: 0 };
const UNOPENED = 'Remove this bracket, open it before, or put it in quotes';
const UNCLOSED = 'Close the bracket that opens here, or put it in quotes';

/**
 * Recursive descent, one method a rule. A rule that fails notes the error and returns null, and so do those above it.
 *
 *     query  = [either]
 *     either = both { "OR" both }
 *     both   = term { ["AND"] term }
 *     term   = ("-" | "NOT") term | "(" either ")" | [field operator] value
 */
export class Parser {
	/** Why `query` returned null. */
	error: QueryError = { message: '', ...NOWHERE };
	readonly #tokens: Token[];
	#at = 0;
	#depth = 0;

	constructor(tokens: Token[]) {
		this.#tokens = tokens.filter((token) => token.kind !== 'space');
	}

	query(): Query | null {
		if (this.#tokens.length === 0) return { kind: 'all', position: 0, length: 0 };

		const query = this.#either();
		const left = this.#tokens[this.#at];
		return query && left ? this.#fail(UNOPENED, left) : query;
	}

	#either(): Term | null {
		return this.#join('or', () => this.#both());
	}

	#both(): Term | null {
		return this.#join('and', () => this.#term());
	}

	#join(kind: 'and' | 'or', read: () => Term | null): Term | null {
		const parts: Term[] = [];
		do {
			const part = read();
			if (!part) return null;
			parts.push(part);
		} while (this.#goesOn(kind));

		const [first, last] = [parts[0], parts.at(-1)];
		return parts.length > 1 && first && last ? { kind, parts, ...span(first, last) } : (first ?? null);
	}

	#goesOn(kind: 'and' | 'or'): boolean {
		if (this.#take(kind)) return true;
		return kind === 'and' && startsTerm(this.#tokens[this.#at]);
	}

	#term(): Term | null {
		const token = this.#tokens[this.#at];
		if (!startsTerm(token)) return this.#missing(token);

		this.#at++;
		if (token.fault) return this.#note(token.fault);
		if (token.kind === 'minus') return this.#negation(token);
		if (token.kind === 'not') return this.#exclusion(token);
		if (token.kind === 'open') return this.#group(token);
		if (token.kind === 'field') return this.#comparison(token);
		return valueTerm('message', token, span(token, token));
	}

	#negation(minus: Token): Term | null {
		const next = this.#tokens[this.#at];
		if (next?.kind === 'minus') return this.#fail('Put text that begins with two dashes in quotes', minus);
		if (!startsTerm(next) || next.kind === 'not' || !touches(minus, next)) {
			return this.#fail('Write what to leave out right after -, or put it in quotes', minus);
		}
		const part = this.#term();
		return part && { kind: 'not', part, ...span(minus, part) };
	}

	#exclusion(not: Token): Term | null {
		const next = this.#tokens[this.#at];
		if (next?.kind === 'not') return this.#fail('Write NOT once, or put it in quotes', not);

		const part = this.#term();
		return part && { kind: 'not', part, ...span(not, part) };
	}

	#group(open: Token): Term | null {
		if (this.#depth === MAX_NESTING) return this.#fail(`Nest at most ${MAX_NESTING} brackets`, open);

		this.#depth++;
		const inner = this.#either();
		this.#depth--;
		if (!inner) return null;

		const close = this.#take('close');
		return close ? { ...inner, ...span(open, close) } : this.#fail(UNCLOSED, open);
	}

	#comparison(field: Token): Term | null {
		const operator = this.#take('operator') ?? field;
		const value = this.#tokens[this.#at];
		if (!value || !touches(operator, value) || value.kind === 'open' || value.kind === 'close') {
			const message = `Write a value right after ${field.text}${operator.text}, or put the text in quotes`;
			return this.#fail(message, span(field, operator));
		}
		this.#at++;
		const broken = field.fault ?? value.fault;
		if (broken) return this.#note(broken);

		const term = compare(field, operator, value);
		return 'kind' in term ? term : this.#note(term);
	}

	/** Says why there is no term where one is required. */
	#missing(found: Token | undefined): null {
		const before = this.#tokens[this.#at - 1];
		if (before && isConnective(before)) {
			return this.#fail(`Write something after ${before.text}, or put it in quotes`, before);
		}
		if (found && isConnective(found)) {
			return this.#fail(`Write something before ${found.text}, or put it in quotes`, found);
		}
		if (before?.kind === 'open' && found) {
			return this.#fail('Write something in these brackets, or put them in quotes', span(before, found));
		}
		return before ? this.#fail(UNCLOSED, before) : this.#fail(UNOPENED, found ?? NOWHERE);
	}

	#take(kind: Token['kind']): Token | null {
		const token = this.#tokens[this.#at];
		if (token?.kind !== kind) return null;
		this.#at++;
		return token;
	}

	#fail(message: string, where: Span): null {
		return this.#note(fault(message, where));
	}

	#note(error: QueryError): null {
		this.error = error;
		return null;
	}
}

function compare(field: Token, operator: Token, value: Token): Term | QueryError {
	const name = nameOf(field.value);
	const sign = operator.text.slice(1) as Operator | '';
	const place = span(field, value);
	if (name === 'level') return compareLevel(sign || '=', value, place);
	if (pathOf(name).split('.').length > MAX_FIELD_PARTS) {
		return fault(`Shorten this field to ${MAX_FIELD_PARTS} parts`, field);
	}
	// With the prefix only the attribute, without it the attribute or the text: terms.Equals.
	if (sign === '') return valueTerm(value.kind === 'regex' ? name : field.value, value, place);
	if (isColumn(name)) {
		return fault(`${name}: has no order, write it without ${sign} or put the value in quotes`, operator);
	}

	const number = value.kind === 'word' ? numberOf(value.value) : null;
	if (number === null) return fault(`Write a number after ${sign}, as in ${field.text}:${sign}250`, value);
	return { kind: 'compares', field: name, operator: sign, number, ...place };
}

function compareLevel(operator: HasLevel['operator'], value: Token, place: Span): Term | QueryError {
	const level = value.value.toLowerCase() as Level;
	if (value.kind === 'regex' || !levels.includes(level)) {
		return fault('level: takes trace, debug, info, warn, error or fatal', value);
	}
	return { kind: 'level', operator, level, ...place };
}

function valueTerm(field: string, value: Token, place: Span): Term {
	if (value.kind === 'regex') {
		const insensitive = value.text.endsWith('i');
		const patternAt = value.position + 1;
		return { kind: 'matches', field, pattern: value.value, insensitive, patternAt, ...place };
	}
	if (field === 'message') return { kind: 'contains', text: value.value, ...place };
	return { kind: 'equals', field, text: value.value, ...place };
}

function isConnective({ kind }: Token): boolean {
	return kind === 'and' || kind === 'or' || kind === 'not';
}

function startsTerm(token: Token | undefined): token is Token {
	return token !== undefined && token.kind !== 'or' && token.kind !== 'and' && token.kind !== 'close';
}

function touches(left: Span, right: Span): boolean {
	return left.position + left.length === right.position;
}

function span(first: Span, last: Span): Span {
	return { position: first.position, length: last.position + last.length - first.position };
}

function fault(message: string, { position, length }: Span): QueryError {
	return { message, position, length };
}
