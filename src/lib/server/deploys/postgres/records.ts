import type { Sql } from '../../postgres/connect.ts';
import { now as databaseNow } from '../../postgres/now.ts';
import { transact } from '../../postgres/transaction.ts';
import type { Deploy, NewDeploy } from '../deploy.ts';
import { mostListed, mostNamed, namesIn, pageOf } from '../listed.ts';
import { deployOf, newRow, type NewRow, type Row } from '../row.ts';
import {
	judge,
	type Added,
	type Addition,
	type Filter,
	type Finish,
	type Finished,
	type Position
} from '../steps.ts';
import type { Creation, Records } from '../store.ts';
import { append, lock } from './append.ts';
import { announce, columns, isId, storable } from './row.ts';
import { wakeFollowers } from './wake.ts';

/** The deploys, in PostgreSQL, for any number of servers. */
export class PostgresRecords implements Records {
	readonly #sql: Sql;
	readonly #columns;

	constructor(sql: Sql) {
		this.#sql = sql;
		this.#columns = sql.unsafe(columns);
	}

	/** The deploy created by a request with this idempotency key; null if there was none. */
	async #madeWith(org: string, idempotencyKey: string): Promise<Deploy | null> {
		const [row] = await this.#sql<Row[]>`
			SELECT ${this.#columns} FROM deploys WHERE org_id = ${org} AND idempotency_key = ${idempotencyKey}`;
		return row ? deployOf(row) : null;
	}

	async create(org: string, deploy: NewDeploy, how: Creation = {}): Promise<Deploy> {
		const made = await transact(this.#sql, async (transaction) => {
			const now = how.now ?? (await databaseNow(transaction));
			const row = storable(newRow(org, deploy, { ...how, now }));
			const created = await this.#insert(transaction, row);
			if (!created) return null; // a repeat
			await announce(transaction, org, created, row.startedAt);
			await wakeFollowers(transaction, [{ org, id: created.id }]);
			return created;
		});
		return made ?? ((await this.#madeWith(org, how.idempotencyKey ?? '')) as Deploy);
	}

	async #insert(transaction: Sql, row: NewRow): Promise<Deploy | null> {
		const [created] = await transaction<Row[]>`
			INSERT INTO deploys (id, org_id, service, environment, version, commit_sha, branch, commit_message, author,
				commit_url, url, status, started_at, last_append_at, idempotency_key)
			VALUES (${row.id}, ${row.orgId}, ${row.service}, ${row.environment}, ${row.version}, ${row.commitSha},
				${row.branch}, ${row.commitMessage}, ${row.author}, ${row.commitUrl}, ${row.url}, 'running',
				${row.startedAt}, ${row.lastAppendAt}, ${row.idempotencyKey})
			ON CONFLICT (org_id, idempotency_key) DO NOTHING
			RETURNING ${this.#columns}`;
		return created ? deployOf(created) : null;
	}

	async get(org: string, id: string): Promise<Deploy | null> {
		if (!isId(id)) return null;
		const [row] = await this.#sql<Row[]>`
			SELECT ${this.#columns} FROM deploys WHERE org_id = ${org} AND id = ${id}`;
		return row ? deployOf(row) : null;
	}

	async list(org: string, filter: Filter): Promise<{ deploys: Deploy[]; next: string | null }> {
		const { service, environment, status, before } = filter;
		if (`${service}${environment}`.includes('\0')) return { deploys: [], next: null }; // none has such a name
		const limit = Math.min(Math.max(filter.limit ?? mostListed, 1), mostListed);
		const sql = this.#sql;
		const rows = await sql<Row[]>`
			SELECT ${this.#columns} FROM deploys
			WHERE org_id = ${org}
				${service === undefined ? sql`` : sql`AND service = ${service}`}
				${environment === undefined ? sql`` : sql`AND environment = ${environment}`}
				${status === undefined ? sql`` : sql`AND status = ${status}`}
				${before === undefined ? sql`` : sql`AND id < ${before}::uuid`}
			ORDER BY id DESC LIMIT ${limit + 1}`;
		return pageOf(rows.map(deployOf), limit);
	}

	async namesOf(org: string): Promise<{ services: string[]; environments: string[] }> {
		return namesIn(
			await this.#sql<{ service: string; environment: string | null }[]>`
			SELECT service, environment FROM deploys WHERE org_id = ${org} ORDER BY id DESC LIMIT ${mostNamed}`
		);
	}

	async positionOf(org: string, id: string): Promise<Position | null> {
		if (!isId(id)) return null;
		const [row] = await this.#sql<Position[]>`
			SELECT status, size, lines, mid_line AS "midLine", cut_at AS "cutAt" FROM deploys
			WHERE org_id = ${org} AND id = ${id}`;
		return row ? { ...row } : null;
	}

	append(additions: readonly Addition[], now?: number): Promise<Added[]> {
		return append(this.#sql, additions, now);
	}

	async finish(org: string, id: string, how: Finish, now?: number): Promise<Finished> {
		if (!isId(id)) return { kind: 'none' };
		return transact(this.#sql, async (transaction) => {
			const [locked] = await lock(transaction, org, [id]);
			const judged = judge(locked ?? null, how);
			if (!locked || judged.kind !== 'end') return judged as Finished;
			const { status, exitCode = null, ageMs = 0 } = how;
			const at = now ?? locked.now;
			const time = Math.min(Math.max(at - ageMs, locked.earliest), at);
			const deploy = judged.first
				? await this.#end(transaction, { org, id, status, exitCode, time })
				: ((await this.get(org, id)) as Deploy);
			return { kind: 'finished', deploy, first: judged.first };
		});
	}

	async #end(
		transaction: Sql,
		{
			org,
			id,
			status,
			exitCode,
			time
		}: { org: string; id: string; status: string; exitCode: number | null; time: number }
	): Promise<Deploy> {
		const [row] = await transaction<[Row]>`
			UPDATE deploys SET status = ${status}, exit_code = ${exitCode}, finished_at = ${time}
			WHERE org_id = ${org} AND id = ${id} RETURNING ${this.#columns}`;
		const deploy = deployOf(row);
		await announce(transaction, org, deploy, time);
		await wakeFollowers(transaction, [{ org, id }]);
		return deploy;
	}
}
