import { v7 as uuid } from 'uuid';
import type { Sqlite } from '../sqlite/connect.ts';
import type { Delivery, Outbox } from './delivery.ts';

interface Row {
	id: string;
	lane: string;
	payload: string;
	attempts: number;
	expiresAt: number | null;
}

/** From lane to lane by the index, and the first of each lane: one step per lane, however much waits in one. */
const firsts = `
	WITH RECURSIVE
		lanes (lane) AS (
			SELECT min(lane) FROM outbox WHERE kind = :kind
			UNION ALL
			SELECT (SELECT min(lane) FROM outbox WHERE kind = :kind AND lane > lanes.lane)
			FROM lanes WHERE lane IS NOT NULL),
		firsts (id) AS (
			SELECT (SELECT id FROM outbox WHERE kind = :kind AND lane = lanes.lane ORDER BY id LIMIT 1)
			FROM lanes WHERE lane IS NOT NULL)
	SELECT outbox.id, lane, payload, attempts, expires_at AS expiresAt
	FROM firsts JOIN outbox ON outbox.id = firsts.id`;

/** The deliveries of a kind in the deploy database. */
export class SqliteOutbox<Payload> implements Outbox<Payload> {
	readonly #kind: string;
	readonly #put;
	readonly #due;
	readonly #fresh;
	readonly #lease;
	readonly #claim;
	readonly #remove;
	readonly #postpone;
	readonly #size;

	constructor(sqlite: Sqlite, kind: string) {
		this.#kind = kind;
		this.#put = sqlite.prepare<[string, string, string, string, number, number | null, number]>(`
			INSERT INTO outbox (id, kind, lane, payload, due_at, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`);
		this.#due = sqlite.prepare<{ kind: string; now: number; most: number }, Row>(
			`${firsts} WHERE due_at <= :now ORDER BY due_at LIMIT :most`
		);
		this.#fresh = sqlite.prepare<{ kind: string; only: string; most: number }, Row>(
			`${firsts} WHERE attempts = 0 AND outbox.id IN (SELECT value FROM json_each(:only)) LIMIT :most`
		);
		this.#lease = sqlite.prepare<[number, string]>(
			'UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE id = ?'
		);
		this.#claim = sqlite.transaction(this.#take.bind(this));
		this.#remove = sqlite.prepare<[string]>('DELETE FROM outbox WHERE id = ?');
		this.#postpone = sqlite.prepare<[number, string, string, number]>(
			'UPDATE outbox SET due_at = ?, last_error = ? WHERE id = ? AND attempts = ?'
		);
		this.#size = sqlite.prepare<[string], number>('SELECT count(*) FROM outbox WHERE kind = ?').pluck();
	}

	/** Puts a delivery into a lane, in the transaction that causes it; it never expires. */
	put(lane: string, payload: Payload, now = Date.now()): void {
		this.#put.run(uuid(), this.#kind, lane, JSON.stringify(payload), now, null, now);
	}

	async claim(most: number, leaseMs: number, only?: readonly string[]): Promise<Delivery<Payload>[]> {
		return this.#claim.immediate(most, leaseMs, only);
	}

	#take(most: number, leaseMs: number, only?: readonly string[]): Delivery<Payload>[] {
		const now = Date.now();
		const kind = this.#kind;
		const rows = only
			? this.#fresh.all({ kind, only: JSON.stringify(only), most })
			: this.#due.all({ kind, now, most });
		return rows.map(({ id, lane, payload, attempts, expiresAt }) => {
			this.#lease.run(now + leaseMs, id);
			const isExpired = expiresAt !== null && expiresAt <= now;
			return { id, lane, payload: JSON.parse(payload) as Payload, attempt: attempts + 1, isExpired };
		});
	}

	async remove(id: string): Promise<void> {
		this.#remove.run(id);
	}

	async postpone({ id, attempt }: Delivery<Payload>, ms: number, error: string): Promise<void> {
		this.#postpone.run(Date.now() + Math.ceil(ms), error, id, attempt);
	}

	async size(): Promise<number> {
		return this.#size.get(this.#kind) ?? 0;
	}
}
