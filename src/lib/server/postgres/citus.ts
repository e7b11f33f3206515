import type { Queryable } from './queryable.ts';

/**
 * The tables that Citus distributes, all by `org_id` and in one place an organization: the rows of one lie on one worker. The chunks
 * come last: as long as they are not distributed, nothing counts as distributed.
 */
export const distributedTables = [
	'log_heads',
	'log_days',
	'log_services',
	'idempotency_keys',
	'deploys',
	'deploy_chunks',
	'removed_deploys',
	'log_chunks'
] as const;

/** Whether the extension is there. */
export async function isInstalled(sql: Queryable): Promise<boolean> {
	const found = await sql`SELECT 1 FROM pg_extension WHERE extname = 'citus'`;
	return found.length > 0;
}

/** The tables that are distributed already. */
export async function distributedNow(sql: Queryable): Promise<Set<string>> {
	if (!(await isInstalled(sql))) return new Set();
	const rows = await sql<{ name: string }[]>`
		SELECT logicalrelid::text AS name FROM pg_dist_partition WHERE partmethod = 'h'`;
	return new Set(rows.map(({ name }) => name));
}

/**
 * Whether a coordinator says that a worker is away (connection_failure; only Citus reports it as a query's error). What was asked of
 * several organizations then failed as a whole, though most of them can answer.
 */
export function isWorkerAway(error: unknown): boolean {
	return (error as { code?: unknown } | null)?.code === '08006';
}

/** Whether `tailrace distribute` has prepared this database. */
export async function isDistributed(sql: Queryable): Promise<boolean> {
	return (await distributedNow(sql)).has('log_chunks');
}
