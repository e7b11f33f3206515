import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/lib/server/postgres/migrate.ts';
import { testDatabase } from '../support/server/database.ts';

/** A release whose last migration is this one. */
async function release(statement: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-migrate-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	await mkdir(join(folder, 'meta'));
	const entry = { idx: 0, version: '7', when: 4_000_000_000_000, tag: '0000_next', breakpoints: true };
	await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', entries: [entry] }));
	await writeFile(join(folder, '0000_next.sql'), statement);
	return folder;
}

async function open() {
	const database = await testDatabase();
	onTestFinished(() => database.drop());
	return database;
}

test('a migration that waits for a table lets those pass who came after it, and is done once it can be', async () => {
	const { sql, url } = await open();
	const next = await release('ALTER TABLE organizations ADD COLUMN next text');
	const done = Promise.withResolvers<void>();
	const holds = Promise.withResolvers<void>();
	const reader = sql.begin(async (transaction) => {
		await transaction`SELECT count(*) FROM organizations`;
		holds.resolve();
		await done.promise;
	});
	await holds.promise;
	const migrated = migrate(url, next);
	const waits = () => sql`
		SELECT FROM pg_locks WHERE relation = 'organizations'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`;
	await expect.poll(waits, { timeout: 30_000 }).toHaveLength(1);
	// It comes after the migration in the queue, while the first reader still has the table.
	expect(await sql`SELECT count(*) AS organizations FROM organizations`).toEqual([{ organizations: 0 }]);
	done.resolve();
	await reader;
	expect(await migrated).toEqual({ isAhead: false });
	expect(await sql`SELECT next FROM organizations`).toHaveLength(0);
});

test('a database that a newer release has migrated is left as it is', async () => {
	const { sql, url } = await open();
	const before = await sql`SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at`;
	const next = await release('CREATE TABLE next (id int)');
	expect(await migrate(url, next)).toEqual({ isAhead: false });
	const ours = join(import.meta.dirname, '../../drizzle/postgres');
	expect(await migrate(url, ours)).toEqual({ isAhead: true });
	const after = await sql`SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at`;
	expect(after).toHaveLength(before.length + 1);
});
