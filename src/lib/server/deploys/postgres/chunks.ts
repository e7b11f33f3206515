import type { Sql } from '../../postgres/connect.ts';
import { transact } from '../../postgres/transaction.ts';
import { joined, mostJoined, planJoin, type Chunk } from '../chunk.ts';
import type { Chunks } from '../store.ts';
import { isId } from './row.ts';

const columns = '"offset", first_line AS "firstLine", flushed_at AS "flushedAt", times, data';

/** The pieces of the logs, in PostgreSQL. */
export class PostgresChunks implements Chunks {
	readonly #sql: Sql;
	readonly #columns;

	constructor(sql: Sql) {
		this.#sql = sql;
		this.#columns = sql.unsafe(columns);
	}

	async at(org: string, id: string, offset: number): Promise<Chunk | null> {
		if (!isId(id)) return null;
		const [chunk] = await this.#sql<Chunk[]>`
			SELECT ${this.#columns} FROM deploy_chunks
			WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" <= ${offset} ORDER BY "offset" DESC LIMIT 1`;
		return chunk && offset < chunk.offset + chunk.data.length ? { ...chunk } : null;
	}

	/** Found by halving the log, as in SQLite, but in the database: a step is a look into an index. */
	async beforeLine(org: string, id: string, line: number, size: number): Promise<Chunk | null> {
		if (!isId(id)) return null;
		const [found] = await this.#sql<{ at: number }[]>`
			WITH RECURSIVE steps (low, high) AS (
				VALUES (0::bigint, ${size}::bigint)
				UNION ALL
				SELECT CASE WHEN found.first_line < ${line} THEN middle ELSE low END,
					CASE WHEN found.first_line < ${line} THEN high ELSE found."offset" END
				FROM (SELECT low, high, (low + high) / 2 AS middle FROM steps WHERE high - low > 1) AS step, LATERAL (
					SELECT "offset", first_line FROM deploy_chunks
					WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" <= middle
					ORDER BY "offset" DESC LIMIT 1) AS found
			)
			SELECT low AS at FROM steps WHERE high - low <= 1`;
		return found ? this.at(org, id, found.at) : null;
	}

	async join(org: string, id: string, offset: number): Promise<number | null> {
		return transact(this.#sql, async (transaction) => {
			// Another server may be joining, or appending to a deploy that runs again.
			const [deploy] =
				await transaction`SELECT 1 FROM deploys WHERE org_id = ${org} AND id = ${id} FOR UPDATE`;
			if (!deploy) return null;
			const lengths = await transaction<{ length: number }[]>`
				SELECT length(data) AS length FROM deploy_chunks
				WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" >= ${offset}
				ORDER BY "offset" LIMIT ${mostJoined}`;
			const plan = planJoin(
				offset,
				lengths.map(({ length }) => length)
			);
			if (!plan?.isWorthIt) return plan?.end ?? null;
			await this.#replace(transaction, { org, id, offset, end: plan.end });
			return plan.end;
		});
	}

	async #replace(
		transaction: Sql,
		{ org, id, offset, end }: { org: string; id: string; offset: number; end: number }
	): Promise<void> {
		const parts = await transaction<Chunk[]>`
			SELECT ${this.#columns} FROM deploy_chunks
			WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" >= ${offset} AND "offset" < ${end}
			ORDER BY "offset"`;
		const { times, data } = joined(parts);
		await transaction`
			DELETE FROM deploy_chunks
			WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" > ${offset} AND "offset" < ${end}`;
		await transaction`
			UPDATE deploy_chunks SET times = ${times}, data = ${data}
			WHERE org_id = ${org} AND deploy_id = ${id} AND "offset" = ${offset}`;
	}
}
