import type { Sql } from '../postgres/connect.ts';

/** How much an organization logs. */
export interface LogUsage {
	/** Lines received on the previous UTC day, and today so far. */
	linesYesterday: number;
	linesToday: number;
	/** Stored lines. */
	lines: number;
	/** Their approximate size in PostgreSQL, by the size of the newest. */
	bytes: number;
	/** When the newest stored line was received; null if there is none. */
	lastLineAt: Date | null;
}

const day = 24 * 60 * 60 * 1000;

/** Newest lines whose size stands for all. */
const sample = 50;
/** Bytes of a line besides its texts: tuple header, line pointer, fixed columns with their padding, and its index entry. */
const overhead = 24 + 4 + 48 + 48;

/**
 * How much organizations log, in one query for all requested. Nothing is counted: numbers have no gaps, so the first and last
 * line of a stretch say how many lines it has, and each is one probe of the primary key in each partition.
 */
export async function usageOf(
	sql: Sql,
	orgs: readonly string[],
	now = Date.now()
): Promise<Map<string, LogUsage>> {
	const today = new Date(Math.floor(now / day) * day);
	const yesterday = new Date(today.getTime() - day);
	const rows = await sql<(LogUsage & { org: string })[]>`
		SELECT asked.org, newest.received_at AS "lastLineAt",
			coalesce(newest.seq - oldest.seq + 1, 0) AS lines,
			coalesce(newest.seq - first_today.seq + 1, 0) AS "linesToday",
			coalesce(coalesce(first_today.seq, newest.seq + 1) - first_yesterday.seq, 0) AS "linesYesterday",
			coalesce(round((newest.seq - oldest.seq + 1) * size.average), 0)::bigint AS bytes
		FROM unnest(${orgs as string[]}::uuid[]) AS asked (org)
		LEFT JOIN LATERAL (
			SELECT seq FROM logs WHERE org_id = asked.org ORDER BY seq LIMIT 1
		) AS oldest ON true
		LEFT JOIN LATERAL (
			SELECT seq, received_at FROM logs WHERE org_id = asked.org ORDER BY seq DESC LIMIT 1
		) AS newest ON true
		LEFT JOIN LATERAL (
			SELECT seq FROM logs WHERE org_id = asked.org AND received_at >= ${today} ORDER BY seq LIMIT 1
		) AS first_today ON true
		LEFT JOIN LATERAL (
			SELECT seq FROM logs WHERE org_id = asked.org AND received_at >= ${yesterday} AND received_at < ${today}
			ORDER BY seq LIMIT 1
		) AS first_yesterday ON true
		LEFT JOIN LATERAL (
			SELECT ${overhead}::int + avg(
				pg_column_size(message) + pg_column_size(attributes) + pg_column_size(service)
				+ coalesce(pg_column_size(host), 0) + coalesce(pg_column_size(trace_id), 0)
				+ coalesce(pg_column_size(span_id), 0)
			) AS average
			FROM (SELECT * FROM logs WHERE org_id = asked.org ORDER BY seq DESC LIMIT ${sample}) AS sampled
		) AS size ON true`;
	return new Map(rows.map(({ org, ...usage }) => [org, usage]));
}
