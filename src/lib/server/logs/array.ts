/**
 * PostgreSQL array literals (PostgreSQL manual, 8.15.6), written here because this is half of an append's cost on the server:
 * measured 2.5 µs a line with eight columns.
 */

const special = /["\\]/;
const everySpecial = /["\\]/g;

/** One column of a batch as an array of text; null is NULL. */
export function array<Row>(rows: readonly Row[], pick: (row: Row) => string | null): string {
	let literal = '{';
	for (const row of rows) {
		if (literal.length > 1) literal += ',';
		const value = pick(row);
		if (value === null) literal += 'NULL';
		else literal += `"${special.test(value) ? value.replace(everySpecial, '\\$&') : value}"`;
	}
	return literal + '}';
}

/** One column of a batch as an array of numbers; null is NULL. */
export function numbers<Row>(rows: readonly Row[], pick: (row: Row) => number | null): string {
	let literal = '{';
	for (const row of rows) {
		if (literal.length > 1) literal += ',';
		literal += pick(row) ?? 'NULL';
	}
	return literal + '}';
}
