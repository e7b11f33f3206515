import type { Sql } from '../postgres/connect.ts';
import type { Chunk } from './chunks/chunk.ts';
import { NoOrganization, type Commit, type Insert, type Range } from './insertion.ts';
import { dayOf } from './sealed.ts';

/**
 * A statement a chunk: a line that is alone then costs half as many messages as in steps, and PostgreSQL 40 % less (decision 0118). Citus
 * refuses it. The update of the head wakes the readers, by a trigger.
 */
export const atOnce: Insert = (transaction, owns, commit) =>
	Promise.all(
		owns.map(async ({ org, chunks }) => {
			const ranges = await Promise.all(chunks.map((chunk) => append(transaction, org, chunk, commit)));
			return { first_seq: ranges[0]?.first_seq ?? 0, last_seq: ranges.at(-1)?.last_seq ?? 0 };
		})
	);

async function append(transaction: Sql, org: string, chunk: Chunk, { id, arrived }: Commit): Promise<Range> {
	const [from, to] = [new Date(chunk.timeFrom), new Date(chunk.timeTo)];
	const sealedDay = chunk.grams && dayOf(arrived);
	const [range] = await transaction<Range[]>`
		WITH head AS (
			UPDATE log_heads SET seq = seq + ${chunk.lines}, received_at = greatest(received_at, ${new Date(arrived)})
			WHERE org_id = ${org}
			RETURNING seq - ${chunk.lines} + 1 AS first_seq, seq AS last_seq, received_at,
				(received_at AT TIME ZONE 'UTC')::date AS today
		), begun AS (
			INSERT INTO log_days (org_id, day, first_seq) SELECT ${org}, today, first_seq FROM head
			ON CONFLICT DO NOTHING
		), named AS (
			INSERT INTO log_services (org_id, service, last_day)
			SELECT ${org}, service, today FROM head, unnest(${chunk.services}::text[]) AS named (service)
			ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
			WHERE log_services.last_day < EXCLUDED.last_day
		), written AS (
			INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes,
				severities, services, counts, grams, format, head, messages, attributes, append_id)
			SELECT ${org}, first_seq, last_seq,
				CASE WHEN today = ${sealedDay}::text::date AND to_regclass(to_char(today, '"log_chunks_"YYYYMMDD')) IS NOT NULL
					THEN today ELSE 'infinity' END,
				received_at, ${from}, ${to}, ${chunk.lines}, ${chunk.bytes}, ${chunk.severities}, ${chunk.services}::text[],
				${chunk.counts}, ${chunk.grams}, ${chunk.format}, ${chunk.head}, ${chunk.messages}, ${chunk.attributes}, ${id}
			FROM head
		)
		SELECT first_seq, last_seq FROM head`;
	if (range) return range;
	throw new NoOrganization(`there is no organization ${org}`);
}
