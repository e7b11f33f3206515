import { parse } from 'postgres-array';

/**
 * The array types that queries use, by the oid that PostgreSQL gives each (src/include/catalog/pg_type.dat).
 *
 * postgres.js would ask each new connection for all there are, a query that nobody awaits: lost with its connection it ends the
 * process (3.4.9, src/connection.js, fetchArrayTypes).
 */
export const arrays = {
	texts: arrayType(1009, (text) => text),
	uuids: arrayType(2951, (uuid) => uuid),
	bigints: arrayType(1016, Number),
	integers: arrayType(1007, Number)
};

function arrayType<Item extends string | number>(oid: number, parseItem: (text: string) => Item) {
	return {
		to: oid,
		from: [oid],
		serialize: literalOf,
		parse: (literal: string): Item[] => parse(literal, parseItem)
	};
}

/** An array of one dimension as PostgreSQL reads it (manual, 8.15.2). */
function literalOf(items: readonly unknown[] | string): string {
	if (typeof items === 'string') return items; // a literal already
	return `{${items.map((item) => (item === null ? 'NULL' : quoted(String(item)))).join(',')}}`;
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
