import { isColumn, pathOf } from '../../log/field-names.ts';
import { levels, severityOf } from '../../log/entry.ts';
import * as predicate from '../../log/predicate.ts';
import type { Query } from '../../log/query.ts';
import type { Equals, HasLevel } from '../../log/terms.ts';
import { hashesOf, mostBits } from '../logs/chunks/grams.ts';
import { literalOf } from './literals.ts';
import { plainRuns } from './needs.ts';

/** What must be true of a chunk that may have a match: a condition in SQL, and the texts that it takes from a parameter. */
export interface Condition {
	sql: string;
	texts: string[];
}

/** Grams of one term that are tested: more would exclude hardly another chunk. */
const mostGrams = 12;

/**
 * The condition on rows of log_chunks that no match of the query fails. It looks at levels, services and grams; whatever else a term
 * asks is left to the predicate. `parameter` names the one that has the texts, a text[].
 */
export function conditionOf(query: Query, parameter: string): Condition {
	const texts: string[] = [];

	function condition(term: Query): string {
		switch (term.kind) {
			case 'and':
				return joined(term.parts.map(condition), 'AND');
			case 'or':
				return joined(term.parts.map(condition), 'OR');
			case 'level':
				return `severities & ${maskOf(term)} <> 0`;
			case 'contains':
				return containing([term.text]);
			case 'equals':
				return equal(term);
			case 'matches':
				return term.field === 'message' ? containing([literalOf(term)]) : all;
			case 'compares':
				return containing(keysOf(term.field));
			default:
				return all;
		}
	}

	function equal({ field, text }: Equals): string {
		if (field === 'service') return `${parameter}[${texts.push(text)}] = ANY (services)`;
		if (field === 'message') return containing([text]);
		// Other columns are not in the grams. An attribute is, or else `field:text` is in the message, which contains both.
		return isColumn(field) ? all : containing([...keysOf(field), ...plainRuns(text)]);
	}

	return { sql: condition(query), texts };
}

const all = 'true';

function joined(parts: string[], operator: 'AND' | 'OR'): string {
	const [neutral, other] = operator === 'AND' ? [all, null] : [null, all];
	if (other !== null && parts.includes(other)) return other;
	const some = parts.filter((part) => part !== neutral);
	return some.length === 0 ? all : `(${some.join(` ${operator} `)})`;
}

/** The bits of the levels that a term takes. */
function maskOf(term: HasLevel): number {
	const compiled = predicate.compile(term);
	if (!compiled.ok) throw new Error('a level needs no regular expression');
	const takes = (severity: number) => compiled.matches({ severity } as Parameters<predicate.Predicate>[0]);
	return levels.reduce((mask, level, bit) => (takes(severityOf(level)) ? mask | (1 << bit) : mask), 0);
}

/** The parts of a path that are keys: a number may be a place in an array. They may be written in it as a whole. */
function keysOf(field: string): string[] {
	return pathOf(field)
		.split('.')
		.filter((key) => !/^\d*$/.test(key))
		.flatMap(plainRuns);
}

/** Whether all of some texts may be in the messages or attributes of a chunk. A chunk without grams may have anything. */
function containing(texts: readonly string[]): string {
	const hashes = new Set(texts.filter((text) => text.isWellFormed()).flatMap(hashesOf));
	if (hashes.size === 0) return all;
	return `(grams IS NULL OR (${spread([...hashes], mostGrams)
		.map(bitTest)
		.join(' AND ')}))`;
}

/** At most some of many, from beginning to end. */
function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
	if (items.length <= most) return items;
	return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as Item);
}

/** Reads one byte of the filter in place. Its size, a power of two, masks the hash. */
function bitTest(hash: number): string {
	const low = hash & (mostBits - 1);
	const at = `((${low} & (octet_length(grams) * 8 - 1)) >> 3)`;
	return `(get_byte(substring(grams from ${at} + 1 for 1), 0) & ${1 << (hash & 7)}) <> 0`;
}
