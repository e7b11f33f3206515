import type { Logger } from 'pino';
import { advisoryLocks } from '../postgres/advisory-locks.ts';
import type { Sql } from '../postgres/connect.ts';
import * as partitions from '../postgres/partitions.ts';
import { transact } from '../postgres/transaction.ts';
import { mostBytes, mostLines } from './chunks/chunk.ts';
import type { ChunkLine } from './chunks/line.ts';
import { dayOf, seal, write } from './sealed.ts';

/** How often to say how far it is, in lines. */
const reportEvery = 1_000_000;

/**
 * Turns the lines of a version before chunks, which lie as rows in `logs`, into sealed chunks, then drops that table. A chunk a
 * transaction, so that it can end anywhere and goes on at the next start; instances that start together take turns. It must have
 * ended before a line is appended or read.
 */
export async function convert(sql: Sql, log: Logger): Promise<void> {
	if (!(await hasTable(sql))) return;
	const areSome = await transact(sql, hasRows);
	if (areSome) log.info('log lines of an earlier version are being converted; this happens once');
	let lines = 0;
	for (const { org_id } of await sql<{ org_id: string }[]>`SELECT org_id FROM log_heads ORDER BY org_id`) {
		for (let converted = -1; converted !== 0; lines += converted) {
			converted = await transact(sql, (transaction) => convertNext(sql, transaction, org_id));
			const isDue = Math.floor((lines + converted) / reportEvery) > Math.floor(lines / reportEvery);
			if (isDue) log.info({ lines: lines + converted }, 'log lines are being converted');
		}
	}
	await transact(sql, async (transaction) => {
		await takeTurn(transaction);
		await transaction`DROP TABLE IF EXISTS logs`;
	});
	if (areSome) log.info({ lines }, 'all log lines are converted');
}

async function hasTable(sql: Sql): Promise<boolean> {
	const [row] = await sql`SELECT 1 FROM pg_class WHERE oid = to_regclass('logs')`;
	return row !== undefined;
}

/** A new database has the table too, and nothing in it. */
async function hasRows(transaction: Sql): Promise<boolean> {
	await takeTurn(transaction);
	if (!(await hasTable(transaction))) return false; // another instance has dropped it since
	const rows = await transaction`SELECT 1 FROM logs LIMIT 1`;
	return rows.length > 0;
}

/** Waits until no other instance converts, until the end of the transaction. */
const takeTurn = (transaction: Sql) => transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.conversion})`;

/** Converts an organization's next rows, as many as a chunk holds; returns how many. */
async function convertNext(sql: Sql, transaction: Sql, org: string): Promise<number> {
	await takeTurn(transaction);
	if (!(await hasTable(transaction))) return 0; // another instance was done first
	const rows = await next(transaction, org);
	const [first] = rows;
	if (!first) return 0;
	const day = dayOf(first.received_at);
	const after = rows.findIndex(({ received_at }) => dayOf(received_at) !== day);
	const lines = after === -1 ? rows : rows.slice(0, after);
	if (!(await partitions.ensure(sql, day)))
		throw new Error(`The partition of ${day} could not be made: start again`);
	const place = { org, first_seq: first.seq, received_at: new Date(first.received_at) };
	await write(transaction, place, await seal(lines));
	await transaction`
		INSERT INTO log_days (org_id, day, first_seq) VALUES (${org}, ${day}, ${first.seq}) ON CONFLICT DO NOTHING`;
	return lines.length;
}

/** The rows after the last one that was converted. What was appended since has higher numbers. */
async function next(sql: Sql, org: string): Promise<(ChunkLine & { seq: number })[]> {
	const rows = await sql<(ChunkLine & { seq: number })[]>`
		SELECT seq, time, received_at, severity, service, host, message, attributes, trace_id, span_id FROM (
			SELECT seq, floor(extract(epoch FROM time) * 1000)::bigint AS time,
				floor(extract(epoch FROM received_at) * 1000)::bigint AS received_at,
				severity, service, host, message, attributes::text, trace_id, span_id,
				sum(octet_length(message) + octet_length(attributes::text)) OVER (ORDER BY seq) AS total,
				row_number() OVER (ORDER BY seq) AS place
			FROM logs
			WHERE org_id = ${org} AND seq > coalesce((
				SELECT max(last_seq) FROM log_chunks
				WHERE org_id = ${org} AND last_seq <= (SELECT max(seq) FROM logs WHERE org_id = ${org})), 0)
			ORDER BY seq LIMIT ${mostLines}
		) AS lines
		WHERE total <= ${mostBytes} OR place = 1 ORDER BY seq`;
	return rows.map(({ ...row }) => row);
}
