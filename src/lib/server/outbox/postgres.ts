import type postgres from 'postgres';
import type { Delivery, Outbox } from './delivery.ts';

type Queryable = postgres.ISql<{ bigint: number }>;

export interface NewDelivery {
	kind: string;
	/** Null: it waits for no other. */
	lane: string | null;
	/** As JSON, and not secret: it is in the table, and so in backups, until it is delivered. */
	payload: postgres.JSONValue;
	/** Ms before the first try. */
	delayMs: number;
	/** Ms after which it is useless; null: never. */
	lifeMs: number | null;
}

export interface Trouble {
	count: number;
	lastError: string;
}

/**
 * Puts a delivery into PostgreSQL, in the transaction that causes it; returns its id: a UUID of version 7 by PostgreSQL's clock, to the
 * microsecond (RFC 9562, 6.2, method 3). Deliveries of a lane go in that order, whichever servers put them in.
 */
export async function put(
	transaction: Queryable,
	{ kind, lane, payload, delayMs, lifeMs }: NewDelivery
): Promise<string> {
	const [row] = await transaction<[{ id: string }]>`
		INSERT INTO outbox (id, kind, lane, payload, due_at, expires_at)
		SELECT encode(overlay(uuid_send(gen_random_uuid()) PLACING int8send(
				(us / 1000) << 16 | x'7000'::bigint | (us % 1000) * 4096 / 1000) FROM 1 FOR 8), 'hex')::uuid,
			${kind}, ${lane}, ${transaction.json(payload)}, now() + ${delayMs} * interval '1 millisecond',
			now() + ${lifeMs} * interval '1 millisecond'
		FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS clock
		RETURNING id`;
	return row.id;
}

/** The deliveries of a kind in PostgreSQL, which any number of instances share. */
export function postgresOutbox<Payload>(sql: Queryable, kind: string): Outbox<Payload> {
	async function claim(most: number, leaseMs: number, only?: readonly string[]) {
		const chosen = only
			? sql`due.id = ANY (${only as string[]}::uuid[]) AND attempts = 0`
			: sql`due_at <= now()`;
		return sql<Delivery<Payload>[]>`
			WITH claimed AS MATERIALIZED (
				SELECT id FROM outbox AS due
				WHERE kind = ${kind} AND ${chosen} AND NOT EXISTS (
					SELECT FROM outbox AS earlier
					WHERE earlier.kind = due.kind AND earlier.lane = due.lane AND earlier.id < due.id)
				ORDER BY due_at LIMIT ${most} FOR UPDATE SKIP LOCKED
			)
			UPDATE outbox SET attempts = attempts + 1, due_at = now() + ${leaseMs} * interval '1 millisecond'
			FROM claimed WHERE outbox.id = claimed.id
			RETURNING outbox.id, lane, payload, attempts AS attempt,
				coalesce(expires_at <= now(), false) AS "isExpired"`;
	}

	async function remove(id: string): Promise<void> {
		await sql`DELETE FROM outbox WHERE id = ${id}`;
	}

	async function postpone({ id, attempt }: Delivery<Payload>, ms: number, error: string): Promise<void> {
		await sql`
			UPDATE outbox SET due_at = now() + ${ms} * interval '1 millisecond', last_error = ${error}
			WHERE id = ${id} AND attempts = ${attempt}`;
	}

	async function size(): Promise<number> {
		const [row] = await sql<{ size: number }[]>`SELECT count(*) AS size FROM outbox WHERE kind = ${kind}`;
		return row?.size ?? 0;
	}

	return { claim, remove, postpone, size };
}

/** The failed deliveries of a kind that await another try: how many, and why the latest failed; null if there are none. */
export async function troubleOf(sql: Queryable, kind: string): Promise<Trouble | null> {
	const [row] = await sql<Trouble[]>`
		SELECT count(*) AS count, (array_agg(last_error ORDER BY id DESC))[1] AS "lastError" FROM outbox
		WHERE kind = ${kind} AND last_error IS NOT NULL`;
	return row && row.count > 0 ? row : null;
}

/** Deletes expired deliveries of every kind, at most 10,000 at a time: there may no longer be anyone to deliver them. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM outbox WHERE id IN (
			SELECT id FROM outbox WHERE expires_at <= now() LIMIT 10000 FOR UPDATE SKIP LOCKED)`;
	return forgotten.count;
}
