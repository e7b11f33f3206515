import type { Queryable } from '../postgres/queryable.ts';

/** What a server says of itself. */
export interface Report {
	/** A UUID of its own, another one after each start. */
	id: string;
	/** Host and port, for people. */
	address: string;
	version: string;
	/** Open streams. */
	streams: number;
	linesPerSecond: number;
	/** How long its readers have been waiting for lines that are stored, in ms. */
	behindMs: number;
	/** How far its clock is ahead of PostgreSQL's, in ms. */
	clockMs: number;
}

/** A server as administrators see it. */
export interface Instance extends Report {
	startedAt: Date;
	seenAt: Date;
	/** It has missed several reports: it was killed, hangs, or cannot reach PostgreSQL. */
	isSilent: boolean;
}

/** How often a server reports, in ms. */
export const reportEveryMs = 5_000;
/** From when on a server that was not heard from is shown as silent, in ms: three reports. */
const silentAfterMs = 3 * reportEveryMs;
/** How long a silent server is shown, in ms: a day, so that whoever comes in the morning sees what went in the night. */
const forgetAfterMs = 24 * 60 * 60 * 1000;

/**
 * Says that a server is there, and forgets those that have been silent for a day, or since this one took their address: by
 * PostgreSQL's clock, whatever theirs say. Returns what it says (epoch ms).
 */
export async function report(sql: Queryable, own: Report): Promise<number> {
	const { id, address, version, streams, linesPerSecond, behindMs, clockMs } = own;
	const [row] = await sql<[{ now: number }]>`
		WITH forgotten AS (
			DELETE FROM instances WHERE id <> ${id} AND seen_at < now() - interval '1 millisecond' *
				CASE WHEN address = ${address} THEN ${silentAfterMs}::int ELSE ${forgetAfterMs}::int END)
		INSERT INTO instances (id, address, version, started_at, seen_at, streams, lines_per_second, behind_ms, clock_ms)
		VALUES (${id}, ${address}, ${version}, now(), now(), ${streams}, ${linesPerSecond}, ${behindMs}, ${clockMs})
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, streams = excluded.streams,
			lines_per_second = excluded.lines_per_second, behind_ms = excluded.behind_ms, clock_ms = excluded.clock_ms
		RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
	return row.now;
}

/** Takes a server that stops off the list. */
export async function leave(sql: Queryable, id: string): Promise<void> {
	await sql`DELETE FROM instances WHERE id = ${id}`;
}

/** All servers, by address: those that run, and those that were last heard from within a day. */
export async function list(sql: Queryable): Promise<Instance[]> {
	return sql<Instance[]>`
		SELECT id, address, version, started_at AS "startedAt", seen_at AS "seenAt", streams,
			lines_per_second AS "linesPerSecond", behind_ms AS "behindMs", clock_ms AS "clockMs",
			seen_at < now() - ${silentAfterMs} * interval '1 millisecond' AS "isSilent"
		FROM instances ORDER BY address, started_at, id`;
}
