import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

/** What the database has of an organization, deleted or not. */
export class OrganizationRows {
	readonly #sql: Sql;

	constructor(sql: Sql) {
		this.#sql = sql;
	}

	/** How many rows a table has of an organization. */
	async count(table: string, org: string, column = 'org_id'): Promise<number> {
		const sql = this.#sql;
		const [row] = await sql`SELECT count(*) AS count FROM ${sql(table)} WHERE ${sql(column)} = ${org}`;
		return row?.count;
	}

	/** Lines, as a database with a past has them: spread over the days for which there are partitions. */
	async fill(org: string, lines: number): Promise<void> {
		await this.#sql`
			INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
			SELECT ${org}, n, now() + n % 5 * interval '1 day', now(), 9, 'web', 'line ' || n, '{}'
			FROM generate_series(1, ${lines}) AS n`;
		await this.#sql`UPDATE log_heads SET seq = ${lines} WHERE org_id = ${org}`;
		await this.#sql`
			INSERT INTO idempotency_keys (org_id, key, answer)
			SELECT ${org}, 'key ' || n, '{}' FROM generate_series(1, 10) AS n`;
	}

	/** When the last line of a deleted organization was gone; null: not yet, undefined: it is not deleted. */
	async purgedAt(org: string): Promise<Date | null | undefined> {
		const [row] = await this.#sql`SELECT purged_at FROM deleted_organizations WHERE id = ${org}`;
		return row?.purged_at;
	}
}
