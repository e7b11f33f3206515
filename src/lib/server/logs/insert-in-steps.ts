import type { Sql } from '../postgres/connect.ts';
import type { Chunk } from './chunks/chunk.ts';
import { NoOrganization, type Commit, type Insert, type Own, type Range } from './insertion.ts';
import { dayOf } from './sealed.ts';

/** Where an organization's stream stands, which nobody else moves until the transaction ends. */
interface Head {
	last_seq: number;
	received_at: Date;
	/** Services that are known to have sent a line on the day of arrival: then that day has begun, too. */
	known: string[];
}

/**
 * In statements of one table each, with values and not from a subquery: Citus sends such as they are to the worker that has the
 * organization. All heads come first: after a failure nothing may be sent that the rollback would overtake.
 */
export const inSteps: Insert = async (transaction, owns, commit) => {
	for (const { chunks } of owns) chunks.forEach(refuseTimeless);
	const heads = await Promise.all(owns.map((own) => move(transaction, own, commit)));
	const missing = owns.find((_, index) => !heads[index]);
	if (missing) throw new NoOrganization(`there is no organization ${missing.org}`);
	const [ranges] = await Promise.all([
		Promise.all(owns.map((own, index) => write(transaction, own, heads[index] as Head, commit))),
		wake(
			transaction,
			owns.map(({ org }) => org)
		)
	]);
	return ranges;
};

/**
 * A time that is no time to JavaScript fails here, before anything is sent: on the way it would hang what was sent before it (postgres
 * 3.4.9, src/connection.js, execute).
 */
function refuseTimeless({ timeFrom, timeTo }: Chunk): void {
	for (const time of [timeFrom, timeTo]) new Date(time).toISOString();
}

/** Moves a head and locks it, and looks which services are known. */
async function move(transaction: Sql, { org, chunks }: Own, { arrived }: Commit): Promise<Head | undefined> {
	const [head] = await transaction<Head[]>`
		UPDATE log_heads SET seq = seq + ${linesIn(chunks)}, received_at = greatest(received_at, ${new Date(arrived)})
		WHERE org_id = ${org}
		RETURNING seq AS last_seq, received_at, ARRAY(
			SELECT service FROM log_services
			WHERE org_id = ${org} AND service = ANY (${servicesIn(chunks)}::text[])
				AND last_day >= ${dayOf(arrived)}::text::date) AS known`;
	return head;
}

/** At the commit. Beside the trigger on log_heads, which Citus does not have: two of a transaction are one. */
function wake(transaction: Sql, orgs: readonly string[]) {
	return transaction`
		SELECT pg_notify('logs_' || org, '') FROM unnest(${orgs as string[]}::uuid[]) AS moved (org)`;
}

const linesIn = (chunks: readonly Chunk[]) => chunks.reduce((sum, { lines }) => sum + lines, 0);
const servicesIn = (chunks: readonly Chunk[]) => [...new Set(chunks.flatMap(({ services }) => services))];

async function write(
	transaction: Sql,
	{ org, chunks }: Own,
	{ last_seq, received_at, known }: Head,
	commit: Commit
): Promise<Range> {
	const first_seq = last_seq - linesIn(chunks) + 1;
	const today = dayOf(received_at.getTime());
	const named = new Set(today === dayOf(commit.arrived) ? known : []);
	const unnamed = servicesIn(chunks).filter((service) => !named.has(service));
	const writing: Promise<unknown>[] = [];
	if (named.size === 0) writing.push(beginDay(transaction, org, today, first_seq));
	if (unnamed.length > 0) writing.push(nameServices(transaction, org, unnamed, today));
	let next = first_seq;
	for (const chunk of chunks) {
		writing.push(writeChunk(transaction, { org, first_seq: next, received_at }, chunk, commit));
		next += chunk.lines;
	}
	await Promise.all(writing);
	return { first_seq, last_seq };
}

function beginDay(transaction: Sql, org: string, day: string, first_seq: number) {
	return transaction`
		INSERT INTO log_days (org_id, day, first_seq) VALUES (${org}, ${day}::text::date, ${first_seq})
		ON CONFLICT DO NOTHING`;
}

/**
 * Once a day for a service: at other times a look suffices. From the head's row, so that Citus leaves it to the worker: rows that come
 * from the coordinator would make a commit of two phases, which a worker killed between them holds up for a minute.
 */
function nameServices(transaction: Sql, org: string, services: readonly string[], day: string) {
	return transaction`
		INSERT INTO log_services (org_id, service, last_day)
		SELECT org_id, service, ${day}::text::date
		FROM log_heads, unnest(${services as string[]}::text[]) AS named (service) WHERE org_id = ${org}
		ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
		WHERE log_services.last_day < EXCLUDED.last_day`;
}

function writeChunk(
	transaction: Sql,
	{ org, first_seq, received_at }: { org: string; first_seq: number; received_at: Date },
	chunk: Chunk,
	{ id, arrived }: Commit
) {
	const today = dayOf(received_at.getTime());
	const isSealed = chunk.grams !== null && today === dayOf(arrived);
	const partition = `log_chunks_${today.replaceAll('-', '')}`;
	return transaction`
		INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes,
			severities, services, counts, grams, format, head, messages, attributes, append_id)
		VALUES (${org}, ${first_seq}, ${first_seq + chunk.lines - 1},
			CASE WHEN ${isSealed} AND to_regclass(${partition}) IS NOT NULL THEN ${today}::text::date ELSE 'infinity' END,
			${received_at}, ${new Date(chunk.timeFrom)}, ${new Date(chunk.timeTo)}, ${chunk.lines}, ${chunk.bytes},
			${chunk.severities}, ${chunk.services}::text[], ${chunk.counts}, ${chunk.grams}, ${chunk.format}, ${chunk.head},
			${chunk.messages}, ${chunk.attributes}, ${id})`;
}
