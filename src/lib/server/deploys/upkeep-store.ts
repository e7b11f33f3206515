import { and, eq, lt, min, sql } from 'drizzle-orm';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Sqlite } from '../sqlite/connect.ts';
import { deploys } from '../sqlite/schema.ts';
import { Announcements } from './announcement.ts';
import type { Address } from './deploy.ts';
import { deployOf } from './row.ts';

// Written out as the partial indexes have them: SQLite uses one only for a condition that it can see to imply its own.
const running = sql`status = 'running'`;
const unmerged = sql`merged = 0 AND status <> 'running'`;

/**
 * What the server asks about its deploys of its own accord. These queries alone look at every organization; nothing of what
 * they find is shown to anybody.
 */
export class UpkeepStore {
	readonly #db: BetterSQLite3Database;
	readonly #announcements: Announcements;
	readonly #interrupt;

	constructor(sqlite: Sqlite) {
		this.#db = drizzle(sqlite);
		this.#announcements = new Announcements(sqlite);
		this.#interrupt = sqlite.transaction(this.#interruptAll.bind(this));
	}

	/**
	 * The running deploys last heard of before `cutoff` (epoch ms) become interrupted, finished when they were last heard of, and
	 * are announced.
	 */
	interruptSilent(cutoff: number): Address[] {
		return this.#interrupt.immediate(cutoff);
	}

	#interruptAll(cutoff: number): Address[] {
		const rows = this.#db
			.update(deploys)
			.set({ status: 'interrupted', finishedAt: sql`last_append_at` })
			.where(and(running, lt(deploys.lastAppendAt, cutoff)))
			.returning()
			.all();
		for (const row of rows) this.#announcements.put(row.orgId, deployOf(row));
		return rows.map(({ orgId: org, id }) => ({ org, id }));
	}

	/** When the running deploy that has been silent longest was last heard of, epoch ms; null when none runs. */
	longestSilent(): number | null {
		const oldest = this.#db
			.select({ at: min(deploys.lastAppendAt) })
			.from(deploys)
			.where(running)
			.get();
		return oldest?.at ?? null;
	}

	/** The ended deploys whose small chunks have not been joined. */
	unmerged(): Address[] {
		return this.#db.select({ org: deploys.orgId, id: deploys.id }).from(deploys).where(unmerged).all();
	}

	/** Says that the chunks of a deploy have been joined, unless it runs again. */
	setMerged(org: string, id: string): void {
		const ended = and(eq(deploys.orgId, org), eq(deploys.id, id), unmerged);
		this.#db.update(deploys).set({ merged: true }).where(ended).run();
	}
}
