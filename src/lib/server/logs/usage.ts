import type { Sql } from '../postgres/connect.ts';
import { dayOf } from './sealed.ts';

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
 * How much organizations log. No line is counted: numbers have no gaps, so the first and last line of a stretch say how many lines it
 * has. The size is the sum of what is stored. Each organization is asked for by itself, so that with Citus its worker alone answers.
 */
export async function usageOf(
	sql: Sql,
	orgs: readonly string[],
	now = Date.now()
): Promise<Map<string, LogUsage>> {
	const [today = '', yesterday = ''] = [now, now - day].map((time) => dayOf(time));
	const used = orgs.map(async (org) => [org, await usageIn(sql, org, { today, yesterday })] as const);
	return new Map(await Promise.all(used));
}

async function usageIn(
	sql: Sql,
	org: string,
	{ today, yesterday }: { today: string; yesterday: string }
): Promise<LogUsage> {
	const [[head], [stored], days] = await Promise.all([
		sql<{ seq: number; received_at: Date }[]>`SELECT seq, received_at FROM log_heads WHERE org_id = ${org}`,
		sql<[{ first_seq: number | null; bytes: number }]>`
			SELECT min(first_seq) AS first_seq, coalesce(sum(
				${overhead}::int + pg_column_size(services) + pg_column_size(head) + coalesce(pg_column_size(messages), 0)
				+ coalesce(pg_column_size(attributes), 0) + coalesce(pg_column_size(counts), 0)
				+ coalesce(pg_column_size(grams), 0)), 0)::bigint AS bytes
			FROM log_chunks WHERE org_id = ${org}`,
		sql<{ day: string; first_seq: number }[]>`
			SELECT day::text AS day, first_seq FROM log_days
			WHERE org_id = ${org} AND day IN (${today}::text::date, ${yesterday}::text::date)`
	]);
	const first = stored.first_seq;
	if (!head || first === null) return { ...nothing, bytes: stored.bytes };
	const began = new Map(days.map(({ day, first_seq }) => [day, Math.max(first_seq, first)]));
	const end = head.seq + 1;
	return {
		lastLineAt: head.received_at,
		lines: end - first,
		linesToday: end - (began.get(today) ?? end),
		linesYesterday: (began.get(today) ?? end) - (began.get(yesterday) ?? began.get(today) ?? end),
		bytes: stored.bytes
	};
}

const nothing: LogUsage = { lastLineAt: null, lines: 0, linesToday: 0, linesYesterday: 0, bytes: 0 };
