import { setImmediate as nextTurn } from 'node:timers/promises';
import { levels, levelOf } from '../../log/entry.ts';
import type { Sql } from '../postgres/connect.ts';
import type { Line } from './chunks/line.ts';
import type { LogStore } from './store.ts';

/** Lines of a service, of a severity or above, received in a range. */
export interface Tallied {
	service: string;
	severity: number;
	from: Date;
	to: Date;
}

/** Numbers of lines, both included. */
interface Run {
	first: number;
	last: number;
}

/** Lines per read. */
const page = 1_000;
const mostMessages = 1_000;
const messageLength = 200;

/**
 * How often each message occurred among some lines, most frequent first: the 1,000 most frequent, at most, by their first 200
 * characters. Chunks without the service or such a severity are not read.
 */
export async function tally(
	sql: Sql,
	store: LogStore,
	org: string,
	wanted: Tallied,
	within: Run
): Promise<{ message: string; count: number }[]> {
	const counts = new Map<string, number>();
	for (const run of await runsOf(sql, org, wanted, within)) {
		for await (const { entry } of linesOf(store, org, run)) {
			if (entry.service !== wanted.service || entry.severity < wanted.severity) continue;
			if ('deploy' in entry.attributes) continue; // announcements of deploys
			const message = entry.message.slice(0, messageLength);
			counts.set(message, (counts.get(message) ?? 0) + 1);
		}
	}
	const rows = [...counts].map(([message, count]) => ({ message, count }));
	return rows.sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1)).slice(0, mostMessages);
}

/** The numbers that the chunks with lines of the service and such a severity have within a run. */
async function runsOf(
	sql: Sql,
	org: string,
	{ service, severity, from, to }: Tallied,
	{ first, last }: Run
): Promise<Run[]> {
	const mask = 64 - (1 << levels.indexOf(levelOf(severity)));
	const days = await sql<{ day: string }[]>`
		SELECT day::text AS day FROM log_days
		WHERE org_id = ${org} AND day BETWEEN ${dayOf(from)}::text::date AND ${dayOf(to)}::text::date`;
	// The days stand in the statement, so that PostgreSQL locks their partitions alone.
	const among = ['infinity', ...days.map(({ day }) => day)].map((day) => `'${day}'`).join(', ');
	return sql.unsafe<Run[]>(
		`SELECT greatest(first_seq, $2) AS first, least(last_seq, $3) AS last FROM log_chunks
		WHERE org_id = $1 AND day IN (${among}) AND last_seq >= $2 AND first_seq <= $3
			AND $4 = ANY (services) AND severities & $5 <> 0
		ORDER BY first_seq`,
		[org, first, last, service, mask]
	);
}

const dayOf = (time: Date) => time.toISOString().slice(0, 10);

async function* linesOf(store: LogStore, org: string, { first, last }: Run): AsyncGenerator<Line> {
	for (let cursor = first - 1; cursor < last;) {
		const { items, more } = await store.after(org, cursor, Math.min(page, last - cursor));
		yield* items.filter(({ seq }) => seq <= last);
		if (!more) return;
		cursor = items.at(-1)?.seq ?? last;
		await nextTurn();
	}
}
