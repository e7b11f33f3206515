import { fold } from '../../log/fold.ts';
import { isColumn, isExact, pathOf, shared } from '../../log/field-names.ts';
import type { Query } from '../../log/query.ts';
import { literalOf } from './literals.ts';

/** What of a line a query reads besides its columns: what need not be fetched and unpacked otherwise. */
export interface Needs {
	messages: boolean;
	attributes: boolean;
	/**
	 * What the text of every match has: each requirement is met by one of its needles, folded. A line that fails one need not
	 * be looked at.
	 */
	requirements: Needle[][];
}

export interface Needle {
	column: 'messages' | 'attributes';
	text: string;
}

export function needsOf(query: Query): Needs {
	const requirements = requirementsOf(query).filter((needles) => needles.every(({ text }) => text !== ''));
	return { messages: reads(query, 'messages'), attributes: reads(query, 'attributes'), requirements };
}

function reads(query: Query, column: Needle['column']): boolean {
	switch (query.kind) {
		case 'and':
		case 'or':
			return query.parts.some((part) => reads(part, column));
		case 'not':
			return reads(query.part, column);
		case 'contains':
			return column === 'messages';
		case 'compares':
			return column === 'attributes';
		case 'equals':
		case 'matches': {
			const { field } = query;
			if (field === 'message') return column === 'messages';
			if (isColumn(field)) return column === 'attributes' && shared.includes(field);
			return column === 'attributes' || (query.kind === 'equals' && !isExact(field));
		}
		default:
			return false;
	}
}

/** One for each term that all matches must pass. */
function requirementsOf(query: Query): Needle[][] {
	const inMessage = (text: string): Needle => ({ column: 'messages', text: fold(text) });
	const inAttributes = (text: string): Needle => ({ column: 'attributes', text: longestPlain(text) });
	switch (query.kind) {
		case 'and':
			return query.parts.flatMap(requirementsOf);
		case 'contains':
			return [[inMessage(query.text)]];
		case 'matches':
			return query.field === 'message' ? [[inMessage(literalOf(query))]] : [];
		case 'compares':
			return [[inAttributes(lastKeyOf(query.field))]];
		case 'equals': {
			const { field, text } = query;
			if (field === 'message') return [[inMessage(text)]];
			if (isColumn(field)) return [];
			const written = isExact(field) ? [] : [inMessage(`${field}:${text}`)];
			return [[inAttributes(text), ...written]];
		}
		default:
			return [];
	}
}

/** The end of a path, which is a key of its own or the end of one; '' if it may be a place in an array. */
function lastKeyOf(field: string): string {
	const last = pathOf(field).split('.').at(-1) ?? '';
	return /^\d*$/.test(last) ? '' : last;
}

/** What JSON writes as it is; it escapes all else, and how is left open. */
export const plainRuns = (text: string) => text.split(/[^\x20-\x7e]|["\\]/);

function longestPlain(text: string): string {
	const runs = plainRuns(text).map((run) => run.toLowerCase());
	return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}
