/** What a query looks for in messages, so that it can be shown there. */
import { fold } from './fold.ts';
import { parse, type Query } from './query.ts';

/** The words and phrases that a matching message may contain, folded, each once; none of what must not be there. */
export function texts(query: string): string[] {
	const parsed = parse(query);
	return parsed.ok ? [...new Set(collect(parsed.query))] : [];
}

function collect(query: Query): string[] {
	if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(collect);
	return query.kind === 'contains' && query.text !== '' ? [fold(query.text)] : [];
}
