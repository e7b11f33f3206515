import postgres from 'postgres';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

/** How the queries begin that some work makes on its own pool, in order: parts that differ by data are left out. */
export async function queriesMade(url: string, work: (sql: Sql) => Promise<unknown>): Promise<string[]> {
	const made: string[] = [];
	const sql = postgres(url, { max: 1, debug: (_connection, query) => made.push(query) });
	try {
		await sql`SELECT 1`;
		made.length = 0;
		await work(sql as unknown as Sql);
		return made.map((query) => query.trim().slice(0, 30));
	} finally {
		await sql.end();
	}
}
