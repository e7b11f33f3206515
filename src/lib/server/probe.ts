import type { Sql } from './postgres/connect.ts';

/** How long a database may take to answer before it counts as away, in ms. */
const patience = 2_000;

/**
 * Asks PostgreSQL whether it is there, on a connection of its own. One that stays silent is replaced: the library forgets a query
 * that is sent between the error and the end of its connection, and then answers none that comes after it (postgres 3.4.9).
 */
export class Probe {
	readonly #open: () => Sql;
	#sql: Sql;

	constructor(open: () => Sql) {
		this.#open = open;
		this.#sql = open();
	}

	/** Whether it answers within 2 s. Never rejects: why it does not is in the log of whoever needed the database. */
	async answers(): Promise<boolean> {
		const sql = this.#sql;
		const answer = sql`SELECT 1`.then(
			() => 'yes',
			() => 'no'
		);
		const silence = new Promise<string>((resolve) => setTimeout(resolve, patience, 'silence').unref());
		const found = await Promise.race([answer, silence]);
		if (found === 'silence' && sql === this.#sql) this.#replace();
		return found === 'yes';
	}

	async end(options: { timeout: number }): Promise<void> {
		await this.#sql.end(options);
	}

	#replace(): void {
		const silent = this.#sql;
		this.#sql = this.#open();
		void silent.end({ timeout: 0 });
	}
}
