import type { Sql } from '../../postgres/connect.ts';
import { now as databaseNow } from '../../postgres/now.ts';
import { transact } from '../../postgres/transaction.ts';
import type { Address } from '../deploy.ts';
import { deployOf, type Row } from '../row.ts';
import type { Upkeep } from '../store.ts';
import { announce, columns } from './row.ts';
import { wakeFollowers } from './wake.ts';

/** The servers' own queries about deploys, in PostgreSQL: whichever server comes first does the work. */
export class PostgresUpkeep implements Upkeep {
	readonly #sql: Sql;

	constructor(sql: Sql) {
		this.#sql = sql;
	}

	/** One organization after the other, each in a transaction: with Citus one whose worker is down holds up no other before it. */
	async interruptSilent(leaseMs: number, now?: number): Promise<Address[]> {
		const before = (now ?? (await databaseNow(this.#sql))) - leaseMs;
		const silent = await this.#sql<{ org: string }[]>`
			SELECT DISTINCT org_id AS org FROM deploys WHERE status = 'running' AND last_append_at < ${before}`;
		const interrupted: Address[] = [];
		for (const { org } of silent) interrupted.push(...(await this.#interruptIn(org, before, now)));
		return interrupted;
	}

	#interruptIn(org: string, before: number, now?: number): Promise<Address[]> {
		return transact(this.#sql, async (transaction) => {
			const rows = await transaction<Row[]>`
				UPDATE deploys SET status = 'interrupted', finished_at = last_append_at
				WHERE org_id = ${org} AND status = 'running' AND last_append_at < ${before}
				RETURNING ${transaction.unsafe(columns)}`;
			const at = now ?? (await databaseNow(transaction));
			for (const row of rows) await announce(transaction, org, deployOf(row), at);
			const interrupted = rows.map(({ id }) => ({ org, id }));
			await wakeFollowers(transaction, interrupted);
			return interrupted;
		});
	}

	async longestSilence(now?: number): Promise<number | null> {
		const [row] = await this.#sql<[{ heardAt: number | null }]>`
			SELECT min(last_append_at) AS "heardAt" FROM deploys WHERE status = 'running'`;
		return row.heardAt === null ? null : (now ?? (await databaseNow(this.#sql))) - row.heardAt;
	}

	async unmerged(): Promise<Address[]> {
		return [
			...(await this.#sql<Address[]>`
				SELECT org_id AS org, id FROM deploys WHERE NOT merged AND status <> 'running' ORDER BY id`)
		];
	}

	async setMerged(org: string, id: string): Promise<void> {
		await this.#sql`
			UPDATE deploys SET merged = true
			WHERE org_id = ${org} AND id = ${id} AND NOT merged AND status <> 'running'`;
	}
}
