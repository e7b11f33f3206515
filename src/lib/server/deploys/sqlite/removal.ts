import type { Sqlite } from '../../sqlite/connect.ts';
import type { Address } from '../deploy.ts';
import type { Old, RemovalStore } from '../store.ts';
import { firstIdOf } from '../row.ts';

/** Chunks and bytes that one transaction deletes at most: 1 to 3 ms of work, whichever bound is met (measured). */
const mostChunks = 1_000;
const mostBytes = 4 * 1024 * 1024;

const deployId = '(SELECT id FROM deploys WHERE org_id = ? AND id = ?)';

/** The owner of a deploy that was taken away: nobody. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Deletes deploys, in SQLite. */
export class SqliteRemoval implements RemovalStore {
	readonly #organizations;
	readonly #next;
	readonly #last;
	readonly #removeChunks;
	readonly #remove;
	readonly #shorten;
	readonly #ended;
	readonly #newer;
	readonly #setAside;

	constructor(sqlite: Sqlite) {
		// Jumps from one to the next by the index: one step per organization, not per deploy.
		this.#organizations = sqlite
			.prepare<[], string>(
				`WITH RECURSIVE found (org) AS (
					SELECT min(org_id) FROM deploys
					UNION ALL SELECT (SELECT min(org_id) FROM deploys WHERE org_id > org) FROM found WHERE org IS NOT NULL)
				SELECT org FROM found WHERE org IS NOT NULL`
			)
			.pluck();
		this.#next = sqlite
			.prepare<[string], string>('SELECT id FROM deploys WHERE org_id = ? ORDER BY id LIMIT 1')
			.pluck();
		this.#last = sqlite
			.prepare<[string, string, number], number>(
				`SELECT "offset" FROM deploy_chunks WHERE deploy_id = ${deployId}
				ORDER BY "offset" DESC LIMIT 1 OFFSET ?`
			)
			.pluck();
		this.#removeChunks = sqlite.prepare<[string, string, number]>(
			`DELETE FROM deploy_chunks WHERE deploy_id = ${deployId} AND "offset" > ?`
		);
		this.#remove = sqlite.prepare<[string, string]>('DELETE FROM deploys WHERE org_id = ? AND id = ?');
		this.#ended = sqlite.prepare<[string, string, string, number, number], Old>(
			`SELECT id, service, environment FROM deploys
			WHERE org_id = ? AND id > ? AND id < ? AND status <> 'running' AND finished_at < ? ORDER BY id LIMIT ?`
		);
		this.#newer = sqlite
			.prepare<[string, string, string | null, string, number], number>(
				`SELECT 1 FROM deploys
				WHERE org_id = ? AND service = ? AND environment IS ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?`
			)
			.pluck();
		this.#setAside = sqlite.prepare<[string, string, string]>(
			`UPDATE deploys SET org_id = ?, idempotency_key = NULL WHERE org_id = ? AND id = ? AND status <> 'running'`
		);
		this.#shorten = sqlite.transaction(this.#removeEnd.bind(this));
	}

	async organizations(): Promise<string[]> {
		return this.#organizations.all().filter((org) => org !== nobody);
	}

	async oldestOf(org: string): Promise<Address | null> {
		const id = this.#next.get(org);
		return id === undefined ? null : { org, id };
	}

	async oldestAside(): Promise<Address | null> {
		return this.oldestOf(nobody);
	}

	async shorten({ org, id }: Address): Promise<boolean> {
		return this.#shorten.immediate(org, id);
	}

	#removeEnd(org: string, id: string): boolean {
		const last = this.#last.get(org, id, 0);
		if (last === undefined) return false;
		const before = this.#last.get(org, id, mostChunks) ?? -1;
		this.#removeChunks.run(org, id, Math.max(before, last - mostBytes));
		return true;
	}

	async endedBefore(org: string, time: number, after: string | null, most: number): Promise<Old[]> {
		return this.#ended.all(org, after ?? '', firstIdOf(time), time, most);
	}

	async hasNewer(org: string, { id, service, environment }: Old, count: number): Promise<boolean> {
		return this.#newer.get(org, service, environment, id, count - 1) !== undefined;
	}

	async setAside(org: string, id: string): Promise<boolean> {
		return this.#setAside.run(nobody, org, id).changes === 1;
	}

	async remove({ org, id }: Address): Promise<void> {
		this.#remove.run(org, id);
	}
}
