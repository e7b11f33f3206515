import type { Sql } from '../postgres/connect.ts';
import type { LogStore } from './store.ts';

export interface LogOverview {
	/** The number of the first line received at a time or later (ISO 8601); one past the head if there is none. */
	firstSince(org: string, time: string): Promise<number>;
	/** When the first day of which lines are kept began (epoch milliseconds); now if there is none. */
	firstDay(org: string): Promise<number>;
	/** The services that sent a line within the organization's retention, by name: the 5,000 most recent, at most. */
	services(org: string): Promise<string[]>;
}

/** Summaries of an organization's lines. */
export function logOverview(sql: Sql, store: LogStore): LogOverview {
	/** `received_at` never runs against `seq`: log_days says where a day begins, and halving it finds the line. */
	async function firstSince(org: string, time: string): Promise<number> {
		const since = Date.parse(time);
		const [bounds] = await sql<{ low: number; high: number }[]>`
			SELECT coalesce(max(first_seq) FILTER (WHERE day <= ${time.slice(0, 10)}::date), 1) AS low,
				coalesce(min(first_seq) FILTER (WHERE day > ${time.slice(0, 10)}::date),
					(SELECT seq + 1 FROM log_heads WHERE org_id = ${org}), 1) AS high
			FROM log_days WHERE org_id = ${org}`;
		let { low, high } = bounds ?? { low: 1, high: 1 };
		while (low < high) {
			const middle = Math.floor((low + high) / 2);
			const [line] = (await store.after(org, middle - 1, 1)).items;
			if (line && Date.parse(line.entry.received_at) < since) low = line.seq + 1;
			else high = middle;
		}
		return low;
	}

	async function services(org: string): Promise<string[]> {
		const [kept] = await sql<{ since: string }[]>`
			SELECT ((now() AT TIME ZONE 'UTC')::date - retention_days)::text AS since FROM organizations WHERE id = ${org}`;
		if (!kept) return [];
		const rows = await sql<{ service: string }[]>`
			SELECT service FROM (
				SELECT service FROM log_services
				WHERE org_id = ${org} AND last_day >= ${kept.since}::text::date
				ORDER BY last_day DESC, service LIMIT 5000
			) AS known ORDER BY service`;
		return rows.map(({ service }) => service);
	}

	async function firstDay(org: string): Promise<number> {
		const [row] = await sql<[{ day: string | null }]>`
			SELECT min(day)::text AS day FROM log_days WHERE org_id = ${org}`;
		return row.day === null ? Date.now() : Date.parse(row.day);
	}

	return { firstSince, firstDay, services };
}
