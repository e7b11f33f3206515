import type { NewEntry } from '../../../log/entry.ts';
import type { SqliteOutbox } from '../../outbox/sqlite.ts';
import type { Sqlite } from '../../sqlite/connect.ts';
import { announcement } from '../announcement.ts';
import type { Address } from '../deploy.ts';
import { columns, deployOf, type Row } from '../row.ts';
import type { Upkeep } from '../store.ts';

// Spelled as in the partial indexes: SQLite uses one only for a condition that visibly implies its own.
const running = "status = 'running'";
const unmerged = "merged = 0 AND status <> 'running'";

/** The server's own queries about deploys, in SQLite. */
export class SqliteUpkeep implements Upkeep {
	readonly #announcements: SqliteOutbox<NewEntry>;
	readonly #silent;
	readonly #longest;
	readonly #unmerged;
	readonly #setMerged;
	readonly #interrupt;

	constructor(sqlite: Sqlite, announcements: SqliteOutbox<NewEntry>) {
		this.#announcements = announcements;
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

	async interruptSilent(leaseMs: number, now = Date.now()): Promise<Address[]> {
		return this.#interrupt.immediate(now - leaseMs, now);
	}

	#interruptAll(cutoff: number, now: number): Address[] {
		const rows = this.#silent.all(cutoff);
		for (const row of rows) this.#announcements.put(row.orgId, announcement(deployOf(row), now));
		return rows.map(({ orgId: org, id }) => ({ org, id }));
	}

	async longestSilence(now = Date.now()): Promise<number | null> {
		const heardAt = this.#longest.get() ?? null;
		return heardAt === null ? null : now - heardAt;
	}

	async unmerged(): Promise<Address[]> {
		return this.#unmerged.all();
	}

	async setMerged(org: string, id: string): Promise<void> {
		this.#setMerged.run(org, id);
	}
}
