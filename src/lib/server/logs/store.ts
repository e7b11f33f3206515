import { levelOf, type Entry, type NewEntry } from '../../log/entry.ts';
import type { Sql } from '../postgres/connect.ts';
import { array, numbers } from './array.ts';

/** The most that one read returns, in bytes of messages: beyond this a page ends early. */
const pageBytes = 4 * 1024 * 1024;

export interface Range {
	first_seq: number;
	last_seq: number;
}

export interface LogStore {
	/** Appends lines within the caller's transaction and returns their numbers. The head stays locked until its end. */
	append(org: string, entries: readonly NewEntry[], transaction: Sql): Promise<Range>;
	/** The number of the newest line; 0 if there is none, or no such organization. */
	head(org: string): Promise<number>;
	/** The heads of several organizations in one query. */
	heads(orgs: readonly string[]): Promise<Map<string, number>>;
	/** Lines after `seq`, oldest first: at most `limit`, and fewer if they are large (`more` then says so). */
	after(org: string, seq: number, limit: number): Promise<{ items: Entry[]; more: boolean }>;
	/** Lines before `seq`, newest first; otherwise as `after`. */
	before(org: string, seq: number, limit: number): Promise<{ items: Entry[]; more: boolean }>;
}

interface Row extends Omit<Entry, 'level' | 'time' | 'received_at'> {
	time: Date;
	received_at: Date;
	total: number;
}

/** The lines of every organization, in PostgreSQL. */
export function logStore(sql: Sql): LogStore {
	async function append(org: string, entries: readonly NewEntry[], transaction: Sql): Promise<Range> {
		const column = (pick: (entry: NewEntry) => string | null) => array(entries, pick);
		const [range] = await transaction<Range[]>`
			SELECT first_seq, last_seq FROM append_logs(
				${org}::uuid,
				${numbers(entries, (entry) => entry.time)}::text::float8[],
				${numbers(entries, (entry) => entry.severity)}::text::smallint[],
				${column((entry) => entry.service)}::text::text[],
				${column((entry) => entry.host)}::text::text[],
				${column((entry) => entry.message)}::text::text[],
				${column((entry) => entry.attributes)}::text::text[],
				${column((entry) => entry.trace_id)}::text::text[],
				${column((entry) => entry.span_id)}::text::text[]
			)`.execute();
		return range as Range;
	}

	async function heads(orgs: readonly string[]): Promise<Map<string, number>> {
		const rows = await sql<{ org_id: string; seq: number }[]>`
			SELECT org_id, seq FROM log_heads WHERE org_id = ANY (${orgs as string[]}::uuid[])`;
		return new Map(rows.map(({ org_id, seq }) => [org_id, seq]));
	}

	async function after(org: string, seq: number, limit: number) {
		const rows = await sql<Row[]>`
			SELECT * FROM (
				SELECT *, sum(octet_length(message)) OVER (ORDER BY seq) AS total FROM (
					SELECT seq, received_at, time, severity, service, host, message, attributes, trace_id, span_id
					FROM logs WHERE org_id = ${org} AND seq > ${seq} ORDER BY seq LIMIT ${limit}
				) AS lines
			) AS counted WHERE total - octet_length(message) < ${pageBytes} ORDER BY seq`;
		return page(rows, limit);
	}

	async function before(org: string, seq: number, limit: number) {
		const rows = await sql<Row[]>`
			SELECT * FROM (
				SELECT *, sum(octet_length(message)) OVER (ORDER BY seq DESC) AS total FROM (
					SELECT seq, received_at, time, severity, service, host, message, attributes, trace_id, span_id
					FROM logs WHERE org_id = ${org} AND seq < ${seq} ORDER BY seq DESC LIMIT ${limit}
				) AS lines
			) AS counted WHERE total - octet_length(message) < ${pageBytes} ORDER BY seq DESC`;
		return page(rows, limit);
	}

	return { append, head: async (org) => (await heads([org])).get(org) ?? 0, heads, after, before };
}

function page(rows: readonly Row[], limit: number): { items: Entry[]; more: boolean } {
	const more = rows.length === limit || Number(rows.at(-1)?.total ?? 0) >= pageBytes;
	return { items: rows.map(entry), more };
}

function entry(row: Row): Entry {
	return {
		seq: row.seq,
		time: row.time.toISOString(),
		received_at: row.received_at.toISOString(),
		level: levelOf(row.severity),
		severity: row.severity,
		service: row.service,
		host: row.host,
		message: row.message,
		attributes: row.attributes,
		trace_id: row.trace_id,
		span_id: row.span_id
	};
}
