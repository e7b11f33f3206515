import type { Sqlite } from '../sqlite/connect.ts';

/** Chunks and bytes that one transaction deletes at most: 1 to 3 ms of work, whichever bound is met (measured). */
const mostChunks = 1_000;
const mostBytes = 4 * 1024 * 1024;

const deployId = '(SELECT id FROM deploys WHERE org_id = ? AND id = ?)';

/** The owner of a deploy that is about to be deleted: nobody. */
export const nobody = '00000000-0000-0000-0000-000000000000';

/** A deploy that ended long ago, and its group. */
export interface Old {
	id: string;
	service: string;
	environment: string | null;
}

/** Deletes deploys, in SQLite. */
export class RemovalStore {
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

	/** The organizations that have deploys here. */
	organizations(): string[] {
		return this.#organizations.all();
	}

	/** The id of an organization's oldest deploy; null if it has none. */
	oldestOf(org: string): string | null {
		return this.#next.get(org) ?? null;
	}

	/** Deletes some chunks from the end of a log, in one short transaction; false if there were none. */
	shorten(org: string, id: string): boolean {
		return this.#shorten.immediate(org, id);
	}

	#removeEnd(org: string, id: string): boolean {
		const last = this.#last.get(org, id, 0);
		if (last === undefined) return false;
		const before = this.#last.get(org, id, mostChunks) ?? -1;
		this.#removeChunks.run(org, id, Math.max(before, last - mostBytes));
		return true;
	}

	/** An organization's next deploys, by id after `after`, that were created and ended before a time (epoch ms). */
	endedBefore(org: string, time: number, after: string, most: number): Old[] {
		return this.#ended.all(org, after, firstIdOf(time), time, most);
	}

	/** Whether at least this many of the same service and environment are newer. */
	hasNewer(org: string, { id, service, environment }: Old, count: number): boolean {
		return this.#newer.get(org, service, environment, id, count - 1) !== undefined;
	}

	/** Takes a deploy from its owner, so that it is gone for everyone at once; false if it runs. */
	setAside(org: string, id: string): boolean {
		return this.#setAside.run(nobody, org, id).changes === 1;
	}

	/** Deletes a deploy and its remaining chunks. */
	remove(org: string, id: string): void {
		this.#remove.run(org, id);
	}
}

/** The smallest UUIDv7 of anything created at a time (epoch ms) or later (RFC 9562, 5.7). */
function firstIdOf(time: number): string {
	const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
