import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../postgres/connect.ts';

/** How long a database may take to answer before it counts as away, in ms. */
const patience = 2_000;

/**
 * Asks PostgreSQL whether it is there, on its own connection. A silent one is replaced: its other end may have gone without a
 * word, which TCP alone would notice minutes later.
 */
export class Probe {
	readonly #open: () => Sql;
	#sql: Sql;

	constructor(open: () => Sql) {
		this.#open = open;
		this.#sql = open();
	}

	/** Whether it answers within 2 s. Never rejects: the code that needed the database logs why it does not. */
	async answers(): Promise<boolean> {
		const sql = this.#sql;
		const answer = sql`SELECT 1`.then(
			() => 'yes',
			() => 'no'
		);
		const silence = sleep(patience, 'silence', { ref: false });
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
