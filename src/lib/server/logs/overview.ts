import { setImmediate as nextTurn } from 'node:timers/promises';
import { levels, levelOf } from '../../log/entry.ts';
import type { Sql } from '../postgres/connect.ts';
import type { Line } from './chunks/line.ts';
import type { LogStore } from './store.ts';

export interface LogOverview {
	/** The number of the first line received at a time or later (ISO 8601); one past the head if there is none. */
	firstSince(org: string, time: string): Promise<number>;
	/** How often each message occurred, most frequent first: the 1,000 most frequent, at most, by their first 200 characters. */
	tally(org: string, wanted: Tallied): Promise<{ message: string; count: number }[]>;
	/** The services that sent a line within the organization's retention, by name: the 5,000 most recent, at most. */
	services(org: string): Promise<string[]>;
}

/** Lines of a service, of a severity or above, received in a range. */
interface Tallied {
	service: string;
	severity: number;
	from: Date;
	to: Date;
}

/** Lines per read. */
const page = 1_000;
const mostMessages = 1_000;
const messageLength = 200;

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

	async function tally(org: string, wanted: Tallied) {
		const counts = new Map<string, number>();
		for (const run of await runsOf(org, wanted)) {
			for await (const { entry } of linesOf(org, run)) {
				if (entry.service !== wanted.service || entry.severity < wanted.severity) continue;
				if ('deploy' in entry.attributes) continue; // announcements of deploys
				const message = entry.message.slice(0, messageLength);
				counts.set(message, (counts.get(message) ?? 0) + 1);
			}
		}
		const rows = [...counts].map(([message, count]) => ({ message, count }));
		return rows.sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1)).slice(0, mostMessages);
	}

	/** The numbers in a range of time whose chunks have lines of the service and such a severity. */
	async function runsOf(org: string, { service, severity, from, to }: Tallied) {
		const [first, end] = await Promise.all([from, to].map((time) => firstSince(org, time.toISOString())));
		const mask = 64 - (1 << levels.indexOf(levelOf(severity)));
		const days = await sql<{ day: string }[]>`
			SELECT day::text AS day FROM log_days
			WHERE org_id = ${org} AND day BETWEEN ${dayOf(from)}::text::date AND ${dayOf(to)}::text::date`;
		// The days stand in the statement, so that PostgreSQL locks their partitions alone.
		const among = ['infinity', ...days.map(({ day }) => day)].map((day) => `'${day}'`).join(', ');
		return sql.unsafe<{ first: number; last: number }[]>(
			`SELECT greatest(first_seq, $2) AS first, least(last_seq, $3 - 1) AS last FROM log_chunks
			WHERE org_id = $1 AND day IN (${among}) AND last_seq >= $2 AND first_seq < $3
				AND $4 = ANY (services) AND severities & $5 <> 0
			ORDER BY first_seq`,
			[org, first ?? 0, end ?? 0, service, mask]
		);
	}

	async function* linesOf(
		org: string,
		{ first, last }: { first: number; last: number }
	): AsyncGenerator<Line> {
		for (let cursor = first - 1; cursor < last;) {
			const { items, more } = await store.after(org, cursor, Math.min(page, last - cursor));
			yield* items.filter(({ seq }) => seq <= last);
			if (!more) return;
			cursor = items.at(-1)?.seq ?? last;
			await nextTurn();
		}
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

const dayOf = (time: Date) => time.toISOString().slice(0, 10);
