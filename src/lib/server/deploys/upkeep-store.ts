import { and, eq, lt, min, sql } from 'drizzle-orm';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Sqlite } from '../sqlite/connect.ts';
import { deploys } from '../sqlite/schema.ts';
import { Announcements } from './announcement.ts';
import type { Address } from './deploy.ts';
import { deployOf } from './row.ts';

// Spelled as in the partial indexes: SQLite uses one only for a condition that visibly implies its own.
const running = sql`status = 'running'`;
const unmerged = sql`merged = 0 AND status <> 'running'`;

/** The server's own queries about deploys. Only these look at every organization; nobody is shown their results. */
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
	 * Makes running deploys last heard of before `cutoff` (epoch ms) interrupted, finished when last heard of, and announces
	 * them.
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

	/** When the longest-silent running deploy was last heard of, epoch ms; null if none runs. */
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

	/** Marks a deploy's chunks as joined, unless it runs again. */
	setMerged(org: string, id: string): void {
		const ended = and(eq(deploys.orgId, org), eq(deploys.id, id), unmerged);
		this.#db.update(deploys).set({ merged: true }).where(ended).run();
	}
}
