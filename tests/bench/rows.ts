import { decodeHere } from '../../src/composition/decoding.ts';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { ndjson } from './lines.ts';

/**
 * Lines as rows, as Tailrace stored them before chunks (docs/decisions/0001, 0041): the floor of ingest. In a schema of its own, on
 * the same PostgreSQL.
 */
const schema = `
	CREATE SCHEMA rows;
	CREATE TABLE rows.log_heads (org_id uuid PRIMARY KEY, seq bigint NOT NULL DEFAULT 0) WITH (fillfactor = 10);
	CREATE TABLE rows.logs (
		org_id uuid NOT NULL, seq bigint NOT NULL, received_at timestamptz NOT NULL, time timestamptz NOT NULL,
		severity smallint NOT NULL, service text NOT NULL, host text, message text NOT NULL, attributes jsonb NOT NULL,
		trace_id text, span_id text, PRIMARY KEY (org_id, seq, received_at)
	) PARTITION BY RANGE (received_at);
	CREATE TABLE rows.logs_default PARTITION OF rows.logs DEFAULT;
	CREATE TABLE rows.log_services (
		org_id uuid NOT NULL, service text NOT NULL, last_day date NOT NULL, PRIMARY KEY (org_id, service)
	);
	CREATE FUNCTION rows.notify() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN PERFORM pg_notify('rows_' || NEW.org_id, ''); RETURN NULL; END $$;
	CREATE TRIGGER wake AFTER UPDATE ON rows.log_heads FOR EACH ROW EXECUTE FUNCTION rows.notify();
	CREATE FUNCTION rows.append_logs(
		org uuid, times float8[], severities smallint[], services text[], hosts text[], messages text[],
		attributes text[], trace_ids text[], span_ids text[], OUT first_seq bigint, OUT last_seq bigint
	) LANGUAGE plpgsql AS $$
	DECLARE arrived timestamptz;
	BEGIN
		UPDATE rows.log_heads SET seq = seq + cardinality(messages) WHERE org_id = org RETURNING seq INTO last_seq;
		first_seq := last_seq - cardinality(messages) + 1;
		arrived := clock_timestamp();
		INSERT INTO rows.logs
		SELECT org, first_seq - 1 + line, arrived, coalesce(to_timestamp(t / 1000.0), arrived), s, v, h, m, a::jsonb, ti, si
		FROM unnest(times, severities, services, hosts, messages, attributes, trace_ids, span_ids)
			WITH ORDINALITY AS lines (t, s, v, h, m, a, ti, si, line);
		INSERT INTO rows.log_services
		SELECT DISTINCT org, v, (arrived AT TIME ZONE 'UTC')::date FROM unnest(services) AS named (v)
		ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
		WHERE rows.log_services.last_day < EXCLUDED.last_day;
	END $$;`;

/** Makes the tables, for one organization; gives what commits lines, and what removes the tables. */
export async function rowStore(sql: Sql, org: string) {
	await sql.unsafe(schema);
	await sql`INSERT INTO rows.log_heads (org_id) VALUES (${org})`;

	async function append(entries: readonly NewEntry[]): Promise<number> {
		const column = (pick: (entry: NewEntry) => string | null) => array(entries, pick);
		await sql`
			SELECT first_seq FROM rows.append_logs(
				${org}::uuid,
				${numbers(entries, (entry) => entry.time)}::text::float8[],
				${numbers(entries, (entry) => entry.severity)}::text::smallint[],
				${column((entry) => entry.service)}::text::text[],
				${column((entry) => entry.host)}::text::text[],
				${column((entry) => entry.message)}::text::text[],
				${column((entry) => entry.attributes)}::text::text[],
				${column((entry) => entry.trace_id)}::text::text[],
				${column((entry) => entry.span_id)}::text::text[])`;
		return entries.length;
	}

	return { append, remove: () => sql.unsafe('DROP SCHEMA rows CASCADE') };
}

/** The entries of NDJSON bodies. */
export function entriesOf(bodies: readonly Buffer[]): NewEntry[] {
	return bodies.flatMap((bytes) => {
		const job = {
			format: 'lines',
			contentType: ndjson,
			parameters: {},
			headers: {},
			now: Date.now(),
			readsText: true
		} as const;
		const decoded = decodeHere({ ...job, bytes });
		if ('status' in decoded) throw new Error(decoded.detail);
		return [...decoded.entries];
	});
}

const special = /["\\]/;
const everySpecial = /["\\]/g;

/** One column of a batch as an array of text; null is NULL. */
function array<Row>(rows: readonly Row[], pick: (row: Row) => string | null): string {
	let literal = '{';
	for (const row of rows) {
		if (literal.length > 1) literal += ',';
		const value = pick(row);
		if (value === null) literal += 'NULL';
		else literal += `"${special.test(value) ? value.replace(everySpecial, '\\$&') : value}"`;
	}
	return literal + '}';
}

/** One column of a batch as an array of numbers; null is NULL. */
function numbers<Row>(rows: readonly Row[], pick: (row: Row) => number | null): string {
	let literal = '{';
	for (const row of rows) {
		if (literal.length > 1) literal += ',';
		literal += pick(row) ?? 'NULL';
	}
	return literal + '}';
}
