import type { Sqlite } from '../sqlite/connect.ts';

/** Chunks and bytes that one transaction deletes at most: 1 to 3 ms of work, whichever bound is met (measured). */
const mostChunks = 1_000;
const mostBytes = 4 * 1024 * 1024;

const deployId = '(SELECT id FROM deploys WHERE org_id = ? AND id = ?)';

/** What deletes deploys, in SQLite. */
export class RemovalStore {
	readonly #organizations;
	readonly #next;
	readonly #last;
	readonly #removeChunks;
	readonly #remove;
	readonly #shorten;

	constructor(sqlite: Sqlite) {
		// From one to the next by the index: as many steps as organizations, not as deploys.
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
		this.#shorten = sqlite.transaction(this.#removeEnd.bind(this));
	}

	/** The organizations that have deploys here. */
	organizations(): string[] {
		return this.#organizations.all();
	}

	/** The id of an organization's oldest deploy; null when it has none. */
	oldestOf(org: string): string | null {
		return this.#next.get(org) ?? null;
	}

	/** Deletes some chunks from the end of a log, in one short transaction; false when there were none. */
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

	/** Deletes a deploy, and whatever chunks it still has. */
	remove(org: string, id: string): void {
		this.#remove.run(org, id);
	}
}
