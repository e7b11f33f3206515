import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { brokenBy, rules } from '../../../../tests/support/citus/rules.ts';
import { statements, statementsIn } from '../../../../tests/support/citus/statements.ts';
import { distributedTables } from './citus.ts';

test('no statement on a distributed table does what Citus refuses', () => {
	const all = statements();
	expect(all.length).toBeGreaterThan(60);
	for (const table of distributedTables) expect(all.some(({ sql }) => sql.includes(table))).toBe(true);
	const broken = all.flatMap(({ file, sql }) => brokenBy(sql).map((rule) => `${rule}: ${file}: ${sql}`));
	expect(broken).toEqual([]);
});

test.each([
	['a change takes its time as a value', 'UPDATE deploys SET finished_at = now() WHERE org_id = ${org}'],
	[
		'a change takes its time as a value',
		'INSERT INTO log_days VALUES (${org}) ON CONFLICT (org_id) DO UPDATE SET day = current_date'
	],
	['a change or a lock is of one organization', 'DELETE FROM idempotency_keys WHERE created_at < ${time}'],
	[
		'a change or a lock is of one organization',
		'SELECT 1 FROM log_heads WHERE org_id = ANY (${orgs}) ORDER BY org_id FOR UPDATE'
	],
	['no row is named by its ctid', 'DELETE FROM log_chunks WHERE org_id = ${org} AND ctid IN (${rows})'],
	[
		'distributed and other tables do not meet in one statement',
		'SELECT service FROM log_services JOIN organizations ON id = org_id WHERE org_id = ${org}'
	],
	[
		'distributed and other tables do not meet in one statement',
		'UPDATE deleted_organizations SET purged_at = ${at} WHERE NOT EXISTS (SELECT FROM idempotency_keys WHERE org_id = ${org})'
	],
	['locks and notifications have statements of their own', "SELECT pg_notify('x', '') FROM log_heads"],
	['sizes are asked of Citus', "SELECT pg_total_relation_size('x') FROM log_chunks"],
	[
		'a partition is made alone, then attached, and keeps its storage',
		'CREATE TABLE x PARTITION OF log_chunks DEFAULT INTO log_chunks'
	],
	[
		'rows that are inserted come as values or from the same worker',
		'INSERT INTO log_services (org_id, service) SELECT ${org}, service FROM unnest(${services}) AS named (service)'
	],
	[
		'a statement changes one table',
		'WITH head AS (UPDATE log_heads SET seq = 1 WHERE org_id = ${org} RETURNING seq) INSERT INTO log_days SELECT ${org} FROM head'
	]
])('%s: %s breaks it', (rule, sql) => {
	const found = statementsIn(`const run = (sql) => sql\`${sql}\`;`);
	expect(found).toHaveLength(1);
	expect(found.flatMap(brokenBy)).toContain(rule);
});

test('every rule has a statement above that breaks it', () => {
	const text = readFileSync(import.meta.filename, 'utf8');
	expect(rules.filter(({ name }) => !text.includes(`'${name}'`))).toEqual([]);
});

test('what a file puts into a statement is read as a part of it', () => {
	const source =
		'const among = `org_id = $1`; sql.unsafe(`SELECT 1 FROM log_heads WHERE ${among} FOR UPDATE`);';
	expect(statementsIn(source).flatMap(brokenBy)).toEqual([]);
});

test('every key of a distributed table begins with its organization', () => {
	const text = globSync('drizzle/postgres/*.sql')
		.map((file) => readFileSync(file, 'utf8'))
		.join('\n');
	for (const table of distributedTables) {
		const [, made] = new RegExp(`CREATE TABLE "?${table}"? \\(([\\s\\S]*?)\\n\\)`).exec(text) ?? [];
		expect(made, table).toMatch(/PRIMARY KEY ?\("?org_id"?[,)]|org_id uuid PRIMARY KEY/);
		const unique = [
			...text.matchAll(
				new RegExp(`CREATE UNIQUE INDEX \\S+ ON "?${table}"? (?:USING btree )?\\((.*?)\\)`, 'g')
			)
		];
		for (const [, columns] of unique) expect(columns).toMatch(/^"?org_id/);
	}
});
