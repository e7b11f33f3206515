import type { deploys } from '../sqlite/schema.ts';
import type { Commit, Deploy } from './deploy.ts';

/** A row of `deploys` as `columns` reads it. */
export type Row = Omit<typeof deploys.$inferSelect, 'midLine' | 'cutAt' | 'idempotencyKey' | 'merged'>;

/** What a query of whole deploys selects or returns. */
export const columns = `id, org_id AS orgId, service, environment, version, commit_sha AS commitSha, branch,
	commit_message AS commitMessage, author, commit_url AS commitUrl, url, status, started_at AS startedAt,
	last_append_at AS lastAppendAt, finished_at AS finishedAt, exit_code AS exitCode, size, lines`;

/** A stored deploy as in API.md. */
export function deployOf(row: Row): Deploy {
	const { id, service, environment, version, url, status, size, lines } = row;
	return {
		id,
		service,
		environment,
		version,
		commit: commitOf(row),
		url,
		status,
		started_at: iso(row.startedAt),
		last_append_at: iso(row.lastAppendAt),
		finished_at: row.finishedAt === null ? null : iso(row.finishedAt),
		duration_ms: row.finishedAt === null ? null : row.finishedAt - row.startedAt,
		exit_code: row.exitCode,
		size,
		lines
	};
}

function commitOf({
	commitSha: sha,
	branch,
	commitMessage: message,
	author,
	commitUrl: url
}: Row): Commit | null {
	const commit = { sha, branch, message, author, url };
	return Object.values(commit).some((value) => value !== null) ? commit : null;
}

const iso = (ms: number) => new Date(ms).toISOString();
