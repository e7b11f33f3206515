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
	/^ALTER TABLE \S+ ADD COLUMN .*DEFAULT .*NOT NULL/
];

const statementsOf = (text: string) =>
	text
		.replaceAll(/--> statement-breakpoint|^--.*$/gm, '')
		.split(';')
		.map((statement) => statement.trim().replaceAll(/\s+/g, ' '))
		.filter((statement) => statement !== '');

test('migrations only add, so that the release before works on until it is stopped', () => {
	const files = readdirSync(folder).filter((name) => name.endsWith('.sql') && name >= first);
	expect(files.length).toBeGreaterThan(1);
	for (const name of files) {
		const statements = statementsOf(readFileSync(new URL(name, folder), 'utf8'));
		const others = statements.filter((statement) => !additions.some((addition) => addition.test(statement)));
		expect(others, `what ${name} does besides adding`).toEqual([]);
	}
});
