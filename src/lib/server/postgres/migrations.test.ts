import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../../../drizzle/postgres/', import.meta.url);

/** The first migration of a release that runs beside the one before it. */
const first = '0014';

/** What leaves every statement of an earlier release as it was: more tables, indexes and columns that fill themselves. */
const additions = [
	/^CREATE TABLE/,
	/^CREATE INDEX/,
	/^ALTER TABLE \S+ ADD COLUMN (?!.*NOT NULL)/,
	/^ALTER TABLE \S+ ADD COLUMN .*DEFAULT .*NOT NULL/,
	/^CREATE OR REPLACE FUNCTION/ // with the same arguments and results, or else PostgreSQL makes another
];

/** A unique index may refuse what an earlier release writes, unless that knows nothing of the table. */
const isOnNewTable = (statement: string, among: readonly string[]) => {
	const [, table] = /^CREATE UNIQUE INDEX \S+ ON (\S+)/.exec(statement) ?? [];
	return table !== undefined && among.some((other) => other.startsWith(`CREATE TABLE ${table} `));
};

const statementsOf = (text: string) =>
	text
		.replaceAll(/--> statement-breakpoint|^--.*$/gm, '')
		.replaceAll(/\$\$.*?\$\$/gs, "''")
		.split(';')
		.map((statement) => statement.trim().replaceAll(/\s+/g, ' '))
		.filter((statement) => statement !== '');

test('migrations only add, so that the release before works on until it is stopped', () => {
	const files = readdirSync(folder).filter((name) => name.endsWith('.sql') && name >= first);
	expect(files.length).toBeGreaterThan(1);
	for (const name of files) {
		const statements = statementsOf(readFileSync(new URL(name, folder), 'utf8'));
		const others = statements.filter(
			(statement) =>
				!additions.some((addition) => addition.test(statement)) && !isOnNewTable(statement, statements)
		);
		expect(others, `what ${name} does besides adding`).toEqual([]);
	}
});
