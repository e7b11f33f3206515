import type { Sql } from '../postgres/connect.ts';

/** How much an organization logs. */
export interface LogUsage {
	/** Lines received on the previous UTC day, and today so far. */
	linesYesterday: number;
	linesToday: number;
	/** Stored lines. */
	lines: number;
	/** Their size in PostgreSQL, without the indexes of chunks. */
	bytes: number;
	/** When the newest stored line was received; null if there is none. */
	lastLineAt: Date | null;
}

const day = 24 * 60 * 60 * 1000;

/** Bytes of a chunk's row besides what varies: tuple header, line pointer, fixed columns with their padding. */
const overhead = 24 + 4 + 112;

/**
 * How much organizations log, in one query for all requested. No line is counted: numbers have no gaps, so the first and last
 * line of a stretch say how many lines it has. The size is the sum of what is stored.
 */
export async function usageOf(
	sql: Sql,
	orgs: readonly string[],
	now = Date.now()
): Promise<Map<string, LogUsage>> {
	const [today, yesterday] = [now, now - day].map((time) => new Date(time).toISOString().slice(0, 10));
	const rows = await sql<(LogUsage & { org: string })[]>`
		SELECT asked.org, CASE WHEN stored.first_seq IS NOT NULL THEN head.received_at END AS "lastLineAt",
			coalesce(head.seq - stored.first_seq + 1, 0) AS lines,
			coalesce(head.seq - began.today + 1, 0) AS "linesToday",
			coalesce(coalesce(began.today, head.seq + 1) - began.yesterday, 0) AS "linesYesterday",
			coalesce(stored.bytes, 0)::bigint AS bytes
		FROM unnest(${orgs as string[]}::uuid[]) AS asked (org)
		LEFT JOIN log_heads AS head ON head.org_id = asked.org
		LEFT JOIN LATERAL (
			SELECT min(first_seq) AS first_seq, sum(
				${overhead}::int + pg_column_size(services) + pg_column_size(head) + coalesce(pg_column_size(messages), 0)
				+ coalesce(pg_column_size(attributes), 0) + coalesce(pg_column_size(counts), 0)
				+ coalesce(pg_column_size(grams), 0)) AS bytes
			FROM log_chunks WHERE org_id = asked.org
		) AS stored ON true
		LEFT JOIN LATERAL (
			SELECT max(greatest(first_seq, stored.first_seq)) FILTER (WHERE day = ${today ?? ''}::date) AS today,
				max(greatest(first_seq, stored.first_seq)) FILTER (WHERE day = ${yesterday ?? ''}::date) AS yesterday
			FROM log_days WHERE org_id = asked.org
		) AS began ON true`;
	return new Map(rows.map(({ org, ...usage }) => [org, usage]));
}
