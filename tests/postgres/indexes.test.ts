import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** The first columns of every index of our own tables. */
async function indexed(): Promise<Set<string>> {
	const rows = await database.sql<{ place: string }[]>`
		SELECT c.relname || '.' || a.attname AS place
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
		WHERE c.relnamespace = 'public'::regnamespace`;
	return new Set(rows.map(({ place }) => place));
}

test('deleting a user or an organization scans no table for what refers to it', async () => {
	const references = await database.sql<{ place: string }[]>`
		SELECT c.relname || '.' || a.attname AS place
		FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
		WHERE f.contype = 'f' AND c.relnamespace = 'public'::regnamespace`;
	expect(references.length).toBeGreaterThan(8);
	const known = await indexed();
	expect(references.map(({ place }) => place).filter((place) => !known.has(place))).toEqual([]);
});

test('what has expired is found without a scan', async () => {
	const expiring = await database.sql<{ place: string }[]>`
		SELECT table_name || '.' || column_name AS place FROM information_schema.columns
		WHERE table_schema = 'public' AND column_name IN ('expires_at', 'ends_at') AND table_name <> 'api_keys'`;
	expect(expiring.length).toBeGreaterThan(4);
	const known = await indexed();
	expect(expiring.map(({ place }) => place).filter((place) => !known.has(place))).toEqual([]);
});
