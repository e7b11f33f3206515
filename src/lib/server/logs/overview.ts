import type { Sql } from '../postgres/connect.ts';

export interface LogOverview {
	/**
	 * The number of the first line received at a time or later (ISO 8601); one past the head if there is none. A binary search
	 * by number, since `received_at` never runs against `seq`, so it needs no index on time.
	 */
	firstSince(org: string, time: string): Promise<number>;
	/**
	 * How often each message occurred, most frequent first: lines of a service, of a severity or above, received in a range.
	 */
	tally(
		org: string,
		wanted: { service: string; severity: number; from: Date; to: Date }
	): Promise<{ message: string; count: number }[]>;
	/** The services that sent a line within the organization's retention, by name: the 5,000 most recent, at most. */
	services(org: string): Promise<string[]>;
}

/** Summaries of an organization's lines. */
export function logOverview(sql: Sql): LogOverview {
	async function firstSince(org: string, time: string): Promise<number> {
		const since = Date.parse(time);
		const [head] = await sql<{ seq: number }[]>`SELECT seq FROM log_heads WHERE org_id = ${org}`;
		let [low, high] = [1, head?.seq ?? 0];
		while (low <= high) {
			const middle = Math.floor((low + high) / 2);
			const [line] = await sql<{ received_at: Date }[]>`
				SELECT received_at FROM logs WHERE org_id = ${org} AND seq >= ${middle} ORDER BY seq LIMIT 1`;
			if (line && line.received_at.getTime() < since) low = middle + 1;
			else high = middle - 1;
		}
		return low;
	}

	async function tally(
		org: string,
		{ service, severity, from, to }: { service: string; severity: number; from: Date; to: Date }
	) {
		// By number, because finding a time means scanning every line of its day; the times spare partitions.
		const [first, end] = await Promise.all([from, to].map((time) => firstSince(org, time.toISOString())));
		return sql<{ message: string; count: number }[]>`
			SELECT left(message, 200) AS message, count(*) AS count FROM logs
			WHERE org_id = ${org} AND seq >= ${first ?? 0} AND seq < ${end ?? 0}
				AND received_at >= ${from} AND received_at < ${to}
				AND service = ${service} AND severity >= ${severity} AND NOT (attributes ? 'deploy')
			GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000`;
	}

	async function services(org: string): Promise<string[]> {
		const rows = await sql<{ service: string }[]>`
			SELECT service FROM (
				SELECT service FROM log_services JOIN organizations ON id = org_id
				WHERE org_id = ${org} AND last_day >= (now() AT TIME ZONE 'UTC')::date - retention_days
				ORDER BY last_day DESC, service LIMIT 5000
			) AS known ORDER BY service`;
		return rows.map(({ service }) => service);
	}

	return { firstSince, tally, services };
}
