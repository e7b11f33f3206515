import type { Sqlite } from '../../sqlite/connect.ts';
import type { DeployUsage } from '../store.ts';

/** What organizations' deploys take, in one query for all requested; organizations without any are left out. */
export function usageOf(sqlite: Sqlite, orgs: readonly string[]): Map<string, DeployUsage> {
	const rows = sqlite
		.prepare<[string], DeployUsage & { org: string }>(
			`
			SELECT org_id AS org, sum(size) AS bytes, max(last_append_at) AS lastAppendAt FROM deploys
			WHERE org_id IN (SELECT value FROM json_each(?)) GROUP BY org_id`
		)
		.all(JSON.stringify(orgs));
	return new Map(rows.map(({ org, ...usage }) => [org, usage]));
}
