import * as v from 'valibot';
import type { Logger } from 'pino';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';

/** For its form: a box that is not ticked is not sent. */
export const form = v.object({ readsText: v.optional(v.literal('on')) });

/** Whether an organization's lines of plain text are read for level, time and fields; null if it does not exist. */
export async function get(sql: Queryable, org: string): Promise<boolean | null> {
	const [found] = await sql<{ readsText: boolean }[]>`
		SELECT reads_text AS "readsText" FROM organizations WHERE id = ${org}`;
	return found?.readsText ?? null;
}

/** Sets it, if the actor may at that instant, and records it. */
export function set(
	sql: Sql,
	org: string,
	actor: audit.Person,
	readsText: boolean
): Promise<Refused | { ok: true }> {
	return transact(sql, async (transaction) => {
		const taken = await lock.forActor(transaction, org, actor, 'settings');
		if (!taken.ok) return taken;
		const changed = await transaction`
			UPDATE organizations SET reads_text = ${readsText} WHERE id = ${org} AND reads_text <> ${readsText}`;
		if (changed.count === 0) return { ok: true };
		await audit.record(transaction, org, actor, {
			action: readsText ? 'turned reading text on' : 'turned reading text off',
			target: taken.held.name
		});
		return { ok: true };
	});
}

/** How long a setting counts as it was looked up, in ms: the form says so. */
export const freshMs = 5_000;
/** Organizations that are remembered. */
const most = 10_000;

/** The settings of those who send, so that a request costs no query. */
export class TextReading {
	readonly #sql: Queryable;
	readonly #log: Logger;
	/** In order of their last query, least recent first. */
	readonly #known = new Map<string, { reads: boolean; until: number }>();

	constructor(sql: Queryable, log: Logger) {
		this.#sql = sql;
		this.#log = log;
	}

	/** As it was at most 5 s ago. Without the database as it was last: nothing is stored until it is back. */
	async isOn(org: string): Promise<boolean> {
		const known = this.#known.get(org);
		if (known && known.until > performance.now()) return known.reads;
		try {
			return this.#keep(org, (await get(this.#sql, org)) ?? true);
		} catch (error) {
			this.#log.debug({ err: error }, 'a setting is taken as it was last known');
			return known?.reads ?? true;
		}
	}

	#keep(org: string, reads: boolean): boolean {
		this.#known.delete(org);
		this.#known.set(org, { reads, until: performance.now() + freshMs });
		const [oldest] = this.#known.keys();
		if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
		return reads;
	}
}
