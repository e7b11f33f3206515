import type { Sql } from '../../postgres/connect.ts';
import type { Address } from '../deploy.ts';

// The channels of deploys/source.ts and deploys/changes.ts, as bus/postgres.ts names them.

/** Wakes, at the commit, who reads one of these logs, on every server. */
export async function wakeReaders(transaction: Sql, grown: readonly Address[]): Promise<void> {
	if (grown.length === 0) return;
	await transaction`
		SELECT pg_notify('deploy_' || id, '') FROM unnest(${grown.map(({ id }) => id)}::uuid[]) AS grown (id)`;
}

/** Wakes, at the commit, who follows one of these deploys, or reads its log, on every server. */
export async function wakeFollowers(transaction: Sql, changed: readonly Address[]): Promise<void> {
	if (changed.length === 0) return;
	const orgs = [...new Set(changed.map(({ org }) => org))];
	await transaction`
		SELECT pg_notify('deploys_' || org, '') FROM unnest(${orgs}::uuid[]) AS changed (org)`;
	await wakeReaders(transaction, changed);
}
