import type { Sqlite } from '../sqlite/connect.ts';
import { Announcements } from './announcement.ts';
import type { Address } from './deploy.ts';
import { columns, deployOf, type Row } from './row.ts';

// Spelled as in the partial indexes: SQLite uses one only for a condition that visibly implies its own.
const running = "status = 'running'";
const unmerged = "merged = 0 AND status <> 'running'";

/** The server's own queries about deploys. Only these look at every organization; nobody is shown their results. */
export class UpkeepStore {
	readonly #announcements: Announcements;
	readonly #silent;
	readonly #longest;
	readonly #unmerged;
	readonly #setMerged;
	readonly #interrupt;

	constructor(sqlite: Sqlite) {
		this.#announcements = new Announcements(sqlite);
		this.#silent = sqlite.prepare<[number], Row>(`
			UPDATE deploys SET status = 'interrupted', finished_at = last_append_at
			WHERE ${running} AND last_append_at < ? RETURNING ${columns}`);
		this.#longest = sqlite
			.prepare<[], number | null>(`SELECT min(last_append_at) FROM deploys WHERE ${running}`)
			.pluck();
		this.#unmerged = sqlite.prepare<[], Address>(`SELECT org_id AS org, id FROM deploys WHERE ${unmerged}`);
		this.#setMerged = sqlite.prepare<[string, string]>(
			`UPDATE deploys SET merged = 1 WHERE org_id = ? AND id = ? AND ${unmerged}`
		);
		this.#interrupt = sqlite.transaction(this.#interruptAll.bind(this));
	}

	/**
	 * Makes running deploys last heard of before `cutoff` (epoch ms) interrupted, finished when last heard of, and announces
	 * them.
	 */
	interruptSilent(cutoff: number): Address[] {
		return this.#interrupt.immediate(cutoff);
	}

	#interruptAll(cutoff: number): Address[] {
		const rows = this.#silent.all(cutoff);
		for (const row of rows) this.#announcements.put(row.orgId, deployOf(row));
		return rows.map(({ orgId: org, id }) => ({ org, id }));
	}

	/** When the longest-silent running deploy was last heard of, epoch ms; null if none runs. */
	longestSilent(): number | null {
		return this.#longest.get() ?? null;
	}

	/** The ended deploys whose small chunks have not been joined. */
	unmerged(): Address[] {
		return this.#unmerged.all();
	}

	/** Marks a deploy's chunks as joined, unless it runs again. */
	setMerged(org: string, id: string): void {
		this.#setMerged.run(org, id);
	}
}
