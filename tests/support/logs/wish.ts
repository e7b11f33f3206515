import type { Level } from '../../../src/lib/log/entry.ts';

/**
 * The meaning of a query, independent of how the product reads it: `write` returns its text, `matches` (wish-meaning.ts) its
 * plain meaning. Neither shares code with the parser or the predicate.
 */
export type Wish =
	| { is: 'word' | 'phrase'; text: string }
	| { is: 'regex'; field: string | null; source: string; flags: '' | 'i' }
	| { is: 'level'; operator: '' | Operator; level: Level }
	| { is: 'column'; field: 'service' | 'host' | 'trace_id' | 'span_id'; text: string }
	| { is: 'attribute'; path: string; text: string }
	| { is: 'number'; path: string; operator: Operator; number: number }
	| { is: 'not'; part: Wish }
	| { is: 'and'; parts: Wish[]; spelled: boolean }
	| { is: 'or'; parts: Wish[] };

export type Operator = '>' | '>=' | '<' | '<=';

/** The text of a wish in the query language. */
export function write(wish: Wish): string {
	switch (wish.is) {
		case 'word':
			return wish.text;
		case 'phrase':
			return quoted(wish.text);
		case 'regex':
			return `${wish.field ? `${wish.field}:` : ''}/${wish.source}/${wish.flags}`;
		case 'level':
			return `level:${wish.operator}${wish.level}`;
		case 'column':
			return `${wish.field}:${quoted(wish.text)}`;
		case 'attribute':
			return `${fieldOf(wish.path)}:${/^\w+$/.test(wish.text) ? wish.text : quoted(wish.text)}`;
		case 'number':
			return `${fieldOf(wish.path)}:${wish.operator}${wish.number}`;
		case 'not':
			return ['not', 'and', 'or'].includes(wish.part.is) ? `-(${write(wish.part)})` : `-${write(wish.part)}`;
		case 'and':
			return wish.parts.map(within(['or', 'and'])).join(wish.spelled ? ' AND ' : '  ');
		case 'or':
			return wish.parts.map(within(['or'])).join(' OR ');
	}
}

function within(kinds: Wish['is'][]): (wish: Wish) => string {
	return (wish) => (kinds.includes(wish.is) ? `(${write(wish)})` : write(wish));
}

function fieldOf(path: string): string {
	if (path === 'level') return 'attributes.level';
	return path.includes(' ') ? quoted(path) : path;
}

function quoted(text: string): string {
	return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
