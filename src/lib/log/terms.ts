import type { Level } from './entry.ts';
import type { Span } from './tokens.ts';

export type Operator = '>' | '>=' | '<' | '<=';

/** The message contains the text, ignoring case. */
export type Contains = Span & { kind: 'contains'; text: string };
/**
 * A field equals this text, including case. An attribute written without `attributes.` is also looked for in the message as
 * written, `field:text`: that is what people mean by `localhost:5432`.
 */
export type Equals = Span & { kind: 'equals'; field: string; text: string };
export type Compares = Span & { kind: 'compares'; field: string; operator: Operator; number: number };
export type HasLevel = Span & { kind: 'level'; operator: Operator | '='; level: Level };
/** `patternAt` is where the pattern begins in the text, after its slash. */
export type Matches = Span & {
	kind: 'matches';
	field: string;
	pattern: string;
	insensitive: boolean;
	patternAt: number;
};
export type Not = Span & { kind: 'not'; part: Term };
export type Joined = Span & { kind: 'and' | 'or'; parts: Term[] };

export type Term = Contains | Equals | Compares | HasLevel | Matches | Not | Joined;
/**
 * A query is a tree of terms, each with its place in the text, including brackets around it; `all` is the empty query, which
 * every entry matches.
 */
export type Query = Term | (Span & { kind: 'all' });

/**
 * The number that a text stands for (`250`, `-1.5`, `2e3`), or null. Narrower than `Number()`, which also takes an empty text,
 * hexadecimal and Infinity.
 */
export function numberOf(text: string): number | null {
	if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;

	const number = Number(text);
	return Number.isFinite(number) ? number : null;
}
