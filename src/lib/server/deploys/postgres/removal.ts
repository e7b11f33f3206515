import type { Sql } from '../../postgres/connect.ts';
import { transact } from '../../postgres/transaction.ts';
import type { Address } from '../deploy.ts';
import { firstIdOf } from '../row.ts';
import type { Old, RemovalStore } from '../store.ts';

/** Chunks and bytes that one transaction deletes at most. */
const mostChunks = 1_000;
const mostBytes = 4 * 1024 * 1024;

const least = '00000000-0000-0000-0000-000000000000';

/** Deletes deploys, in PostgreSQL. */
export class PostgresRemoval implements RemovalStore {
	readonly #sql: Sql;

	constructor(sql: Sql) {
		this.#sql = sql;
	}

	async organizations(): Promise<string[]> {
		const rows = await this.#sql<
			{ org: string }[]
		>`SELECT DISTINCT org_id AS org FROM deploys ORDER BY org_id`;
		return rows.map(({ org }) => org);
	}

	async oldestOf(org: string): Promise<Address | null> {
		const [oldest] = await this.#sql<Address[]>`
			SELECT org_id AS org, id FROM deploys WHERE org_id = ${org} ORDER BY id LIMIT 1`;
		return oldest ?? null;
	}

	async oldestAside(): Promise<Address | null> {
		const [oldest] = await this.#sql<Address[]>`
			SELECT org_id AS org, id FROM removed_deploys ORDER BY org_id, id LIMIT 1`;
		return oldest ?? null;
	}

	async shorten({ org, id }: Address): Promise<boolean> {
		const removed = await this.#sql`
			DELETE FROM deploy_chunks
			WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" >= (
				SELECT greatest(min("offset"), max("offset") - ${mostBytes}) FROM (
					SELECT "offset" FROM deploy_chunks
					WHERE org_id = ${org} AND deploy_id = ${id} ORDER BY "offset" DESC LIMIT ${mostChunks}) AS last)`;
		return removed.count > 0;
	}

	async endedBefore(org: string, time: number, after: string | null, most: number): Promise<Old[]> {
		const before = `${firstIdOf(time)}${least.slice(13)}`;
		return [
			...(await this.#sql<Old[]>`
				SELECT id, service, environment FROM deploys
				WHERE org_id = ${org} AND id > ${after ?? least} AND id < ${before}
					AND status <> 'running' AND finished_at < ${time}
				ORDER BY id LIMIT ${most}`)
		];
	}

	async hasNewer(org: string, { id, service, environment }: Old, count: number): Promise<boolean> {
		const newer = await this.#sql`
			SELECT 1 FROM deploys
			WHERE org_id = ${org} AND service = ${service} AND environment IS NOT DISTINCT FROM ${environment}
				AND id > ${id}
			ORDER BY id LIMIT 1 OFFSET ${count - 1}`;
		return newer.count > 0;
	}

	async setAside(org: string, id: string): Promise<boolean> {
		return transact(this.#sql, async (transaction) => {
			const { count } = await transaction`
				DELETE FROM deploys WHERE org_id = ${org} AND id = ${id} AND status <> 'running'`;
			if (count > 0) await transaction`INSERT INTO removed_deploys (org_id, id) VALUES (${org}, ${id})`;
			return count > 0;
		});
	}

	/** Also what a running deploy's sender added since the last chunk was deleted. */
	async remove({ org, id }: Address): Promise<void> {
		await transact(this.#sql, async (transaction) => {
			await transaction`DELETE FROM deploys WHERE org_id = ${org} AND id = ${id}`;
			await transaction`DELETE FROM deploy_chunks WHERE org_id = ${org} AND deploy_id = ${id}`;
			await transaction`DELETE FROM removed_deploys WHERE org_id = ${org} AND id = ${id}`;
		});
	}
}
