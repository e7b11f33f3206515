import type { Sql } from '../postgres/connect.ts';
import * as partitions from '../postgres/partitions.ts';

const day = 24 * 60 * 60 * 1000;

/** Lines deleted by one statement: short enough that no append waits for it. */
const batch = 5_000;

/**
 * Removes lines that were received longer ago than their organization keeps them: whole days once every organization is past
 * them, before that in batches. Heads stay as they are, so numbers are never given twice.
 */
export async function apply(sql: Sql, now = Date.now()): Promise<void> {
	const organizations = await sql<{ id: string; days: number }[]>`
		SELECT id, retention_days AS days FROM organizations`;
	if (organizations.length === 0) return;
	const longest = Math.max(...organizations.map(({ days }) => days));
	await partitions.dropBefore(sql, now - longest * day);
	for (const { id, days } of organizations) await removeBefore(sql, id, new Date(now - days * day));
}

async function removeBefore(sql: Sql, org: string, cutoff: Date): Promise<void> {
	for (let removed = batch; removed === batch;) {
		const result = await sql`
			DELETE FROM logs WHERE org_id = ${org} AND (seq, received_at) IN (
				SELECT seq, received_at FROM logs
				WHERE org_id = ${org} AND received_at < ${cutoff} ORDER BY seq LIMIT ${batch})`;
		removed = result.count;
	}
}
