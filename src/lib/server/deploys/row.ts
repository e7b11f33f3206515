import { v7 as uuid } from 'uuid';
import type { deploys } from '../sqlite/schema.ts';
import type { Commit, Deploy, NewDeploy } from './deploy.ts';

/** A row of `deploys` as `columns` reads it. */
export type Row = Omit<typeof deploys.$inferSelect, 'midLine' | 'cutAt' | 'idempotencyKey' | 'merged'>;

/** A new row; the rest of its columns have defaults. */
export type NewRow = Omit<Row, 'status' | 'finishedAt' | 'exitCode' | 'size' | 'lines'> & {
	idempotencyKey: string | null;
};

/** The row of a new deploy that began `ageMs` ago. */
export function newRow(
	org: string,
	{ commit, ...rest }: NewDeploy,
	{ idempotencyKey = null, ageMs = 0, now }: { idempotencyKey?: string | null; ageMs?: number; now: number }
): NewRow {
	const startedAt = now - ageMs;
	return {
		id: ageMs > 0 ? uuid({ msecs: startedAt }) : uuid(),
		orgId: org,
		service: rest.service,
		environment: rest.environment ?? null,
		version: rest.version ?? null,
		commitSha: commit?.sha ?? null,
		branch: commit?.branch ?? null,
		commitMessage: commit?.message ?? null,
		author: commit?.author ?? null,
		commitUrl: commit?.url ?? null,
		url: rest.url ?? null,
		startedAt,
		lastAppendAt: now,
		idempotencyKey
	};
}

/** The smallest UUIDv7 of anything created at a time (epoch ms) or later (RFC 9562, 5.7). */
export function firstIdOf(time: number): string {
	const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

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
