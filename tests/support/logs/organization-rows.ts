import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { countLines, line, receive, sealAll } from './lines.ts';

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

	/** How many lines are stored of an organization. */
	lines(org: string): Promise<number> {
		return countLines(this.#sql, org);
	}

	/** Lines in chunks of their own, as a database with a past has them: one sealed, the others fresh. */
	async fill(org: string, lines: number): Promise<void> {
		await receive(this.#sql, org, [line('sealed')]);
		await sealAll(this.#sql);
		await Promise.all(Array.from({ length: lines - 1 }, () => receive(this.#sql, org, [line('fresh')])));
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
