import type { Sql } from '../postgres/connect.ts';
import { now } from '../postgres/now.ts';
import * as partitions from '../postgres/partitions.ts';

const day = 24 * 60 * 60 * 1000;

/** Chunks deleted by one statement: short enough that no append waits for it. */
const batch = 200;

/**
 * Removes the days (of receipt, in UTC) that ended longer ago than their organization keeps lines: whole partitions once every
 * organization is past them, before that chunk by chunk. Heads stay as they are, so numbers are never given twice. What deleted
 * organizations have left (see purge.ts) keeps no day. One organization's failure holds up no other. By PostgreSQL's clock unless
 * given a time (epoch ms).
 * @throws AggregateError afterwards, of what failed
 */
export async function apply(sql: Sql, given?: number): Promise<void> {
	const at = given ?? (await now(sql));
	const failures: unknown[] = [];
	const organizations = await organizationsOf(sql);
	await dropPast(sql, organizations, at).catch((error: unknown) => failures.push(error));
	for (const { id, days } of organizations) {
		await removeBefore(sql, id, midnight(at - days * day)).catch((error: unknown) => failures.push(error));
	}
	if (failures.length > 0)
		throw new AggregateError(failures, 'old lines of some organizations were not removed');
}

/** Removes the days that every organization is past: the part that gives room back at once, and needs hardly any itself. */
export async function dropDays(sql: Sql, given?: number): Promise<void> {
	await dropPast(sql, await organizationsOf(sql), given ?? (await now(sql)));
}

/** How long each organization keeps its lines. */
async function organizationsOf(sql: Sql): Promise<{ id: string; days: number }[]> {
	return sql<{ id: string; days: number }[]>`SELECT id, retention_days AS days FROM organizations`;
}

async function dropPast(sql: Sql, organizations: readonly { days: number }[], at: number): Promise<void> {
	const longest = Math.max(0, ...organizations.map(({ days }) => days));
	await partitions.dropBefore(sql, at - longest * day);
}

/** The beginning of a UTC day. No chunk spans one, so that what was received before it are whole chunks. */
const midnight = (time: number) => new Date(Math.floor(time / day) * day);

async function removeBefore(sql: Sql, org: string, cutoff: Date): Promise<void> {
	for (let last: number | null = 0; last !== null;) last = await removeSome(sql, org, last, cutoff);
	await sql`DELETE FROM log_days WHERE org_id = ${org} AND day < (${cutoff}::timestamptz AT TIME ZONE 'UTC')::date`;
	await sql`DELETE FROM log_services WHERE org_id = ${org} AND last_day < (${cutoff}::timestamptz AT TIME ZONE 'UTC')::date`;
}

/**
 * Deletes the next chunks after `seq` that were received before a UTC midnight, at most 200. Returns the number of the last
 * line, null if there was none. By a range of numbers, so that no plan looks at more chunks than it deletes.
 */
export async function removeSome(sql: Sql, org: string, seq: number, cutoff: Date): Promise<number | null> {
	const [next] = await sql<{ last: number | null }[]>`
		SELECT max(last_seq) AS last FROM (
			SELECT last_seq FROM log_chunks WHERE org_id = ${org} AND first_seq > ${seq} AND received_at < ${cutoff}
			ORDER BY first_seq LIMIT ${batch}
		) AS next`;
	const last = next?.last ?? null;
	if (last === null) return null;
	await sql`
		DELETE FROM log_chunks
		WHERE org_id = ${org} AND first_seq > ${seq} AND first_seq <= ${last} AND received_at < ${cutoff}`;
	return last;
}
