import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect, type Sql } from '../../../src/lib/server/postgres/connect.ts';
import { on } from '../citus/cluster.ts';

/**
 * Whether the database is a Citus cluster. A test that looks into PostgreSQL itself (who waits, what is locked, how large a file is)
 * or that sets a trigger sees nothing of that there, and is left out.
 */
export const isCluster = (inject('databaseNodes') ?? []).length > 1;

export interface TestDatabase {
	readonly url: string;
	readonly sql: Sql;
	/** Closes `sql` and drops the database, whoever is connected. */
	drop(): Promise<void>;
}

/** A new database with the whole schema and nothing in it, on the server of tests/support/server/global.ts. */
export async function testDatabase(): Promise<TestDatabase> {
	const name = `tailrace_test_${randomBytes(8).toString('hex')}`;
	await onNodes(`CREATE DATABASE ${name} TEMPLATE ${inject('databaseTemplate')}`);
	const url = new URL(inject('databaseServer'));
	url.pathname = `/${name}`;
	// A test may hold a lock for as long as it takes.
	const sql = connect(url.href, { max: 10, name: 'tailrace test', standstillMs: 0 });

	async function drop(): Promise<void> {
		await sql.end({ timeout: 5 });
		await onNodes(`DROP DATABASE ${name} WITH (FORCE)`);
	}

	return { url: url.href, sql, drop };
}

async function onNodes(statement: string): Promise<void> {
	for (const node of inject('databaseNodes')) await on(node, statement);
}
