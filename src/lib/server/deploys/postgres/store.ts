import type { NewEntry } from '../../../log/entry.ts';
import { postgresOutbox } from '../../outbox/postgres.ts';
import type { Sql } from '../../postgres/connect.ts';
import { announcementKind } from '../announcement.ts';
import type { DeployStore, DeployUsage } from '../store.ts';
import { PostgresChunks } from './chunks.ts';
import { PostgresRecords } from './records.ts';
import { PostgresRemoval } from './removal.ts';
import { PostgresUpkeep } from './upkeep.ts';

/**
 * The deploys of any number of servers, in PostgreSQL. What one server commits wakes the readers of all: channel `deploy_<id>` for a
 * log, `deploys_<org>` for an organization's deploys. Times are PostgreSQL's, so that no server's clock counts.
 */
export function postgresStore(sql: Sql): DeployStore {
	return {
		records: new PostgresRecords(sql),
		chunks: new PostgresChunks(sql),
		upkeep: new PostgresUpkeep(sql),
		removal: new PostgresRemoval(sql),
		announcements: postgresOutbox<NewEntry>(sql, announcementKind),
		usageOf: (orgs) => usageOf(sql, orgs)
	};
}

async function usageOf(sql: Sql, orgs: readonly string[]): Promise<Map<string, DeployUsage>> {
	const rows = await sql<(DeployUsage & { org: string })[]>`
		SELECT org_id AS org, sum(size)::bigint AS bytes, max(last_append_at) AS "lastAppendAt" FROM deploys
		WHERE org_id = ANY (${orgs as string[]}::uuid[]) GROUP BY org_id`;
	return new Map(rows.map(({ org, ...usage }) => [org, usage]));
}
