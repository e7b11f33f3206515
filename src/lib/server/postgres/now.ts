import type { Queryable } from './queryable.ts';

/**
 * What PostgreSQL's clock says, in epoch ms. All servers share it, so whatever they must agree on goes by it. Passed on as a value
 * rather than asked for within a statement: Citus refuses functions of time in a DELETE or UPDATE on a distributed table.
 */
export async function now(sql: Queryable): Promise<number> {
	const [row] = await sql<[{ now: number }]>`
		SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
	return Math.floor(row.now);
}
