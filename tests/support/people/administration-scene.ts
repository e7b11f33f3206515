import { expect } from 'vitest';
import * as administration from '../../../src/lib/server/organizations/administration.ts';
import type { Person } from '../../../src/lib/server/audit/audit.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';
import { waiting } from './at-once.ts';
import { Teams } from './team.ts';

/** Two instance admins, and those whom they administer. */
export class AdministrationScene {
	readonly teams: Teams;
	/** The only instance admins there are when a test begins. */
	ada!: Person;
	bea!: Person;
	readonly #sql: Sql;

	constructor(sql: Sql) {
		this.#sql = sql;
		this.teams = new Teams(sql);
	}

	get administration() {
		return this.teams.people.administration;
	}

	/** Makes `ada` and `bea` anew, and everyone else no instance admin. */
	async begin(): Promise<void> {
		await this.#sql`UPDATE users SET instance_admin = false`;
		[this.ada, this.bea] = [await this.#admin(), await this.#admin()];
	}

	async stateOf({ id }: Person): Promise<{ admin: boolean; suspended: boolean; sessions: number }> {
		const [found] = await this.#sql<[{ admin: boolean; suspended: boolean; sessions: number }]>`
			SELECT instance_admin AS admin, suspended_at IS NOT NULL AS suspended,
				(SELECT count(*) FROM sessions WHERE user_id = users.id) AS sessions
			FROM users WHERE id = ${id}`;
		return found;
	}

	/** What an instance admin did, in order. */
	async recorded(actor: Person) {
		return this.#sql`
			SELECT org_id AS org, action, target FROM audit_events WHERE actor_id = ${actor.id} ORDER BY id`;
	}

	/** Runs changes side by side: none goes on before all of them wait for their turn. */
	async atOnce<Result>(...runs: (() => Promise<Result>)[]): Promise<Result[]> {
		const { begun } = await transact(this.#sql, async (transaction) => {
			await administration.lockAdmins(transaction);
			const begun = Promise.all(runs.map((run) => run()));
			begun.catch(() => {}); // whoever called hears of it below
			await expect.poll(() => waiting(this.#sql), { interval: 5, timeout: 10_000 }).toBe(runs.length);
			return { begun };
		});
		return begun;
	}

	async #admin(): Promise<Person> {
		const person = await this.teams.person();
		await this.#sql`UPDATE users SET instance_admin = true WHERE id = ${person.id}`;
		return person;
	}
}

/** How a change is refused. */
export const refused = (status: number, fault: string) => ({
	ok: false,
	status,
	fault: expect.stringContaining(fault)
});
