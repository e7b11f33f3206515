import type { Sqlite } from '../sqlite/connect.ts';

/** What the deploys of an organization take on this server. */
export interface DeployUsage {
	/** Bytes of their logs. */
	bytes: number;
	/** When one of them was last heard of, epoch ms. */
	lastAppendAt: number;
}

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
