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
			action: readsText ? 'turned on reading plain text' : 'turned off reading plain text',
			target: taken.held.name
		});
		return { ok: true };
	});
}

/** How long a setting counts as it was looked up, in ms: the form says so. */
export const freshMs = 5_000;
/** Organizations that are remembered. */
const most = 10_000;

interface Known {
	/** Never rejects. */
	reads: Promise<boolean>;
	/** Of performance.now(). */
	until: number;
}

/** The settings of those who send, so that a request costs no query. */
export class TextReading {
	readonly #sql: Queryable;
	readonly #log: Logger;
	/** In order of their last query, least recent first. */
	readonly #known = new Map<string, Known>();

	constructor(sql: Queryable, log: Logger) {
		this.#sql = sql;
		this.#log = log;
	}

	/** As it was at most 5 s ago, by one query for all who ask. Without the database as it was last: nothing is stored until it is back. */
	isOn(org: string): Promise<boolean> {
		const known = this.#known.get(org);
		if (known && known.until > performance.now()) return known.reads;
		const fresh: Known = { reads: this.#look(org, known?.reads), until: performance.now() + freshMs };
		this.#known.delete(org);
		this.#known.set(org, fresh);
		const [oldest] = this.#known.keys();
		if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
		return fresh.reads;
	}

	async #look(org: string, before: Promise<boolean> | undefined): Promise<boolean> {
		try {
			return (await get(this.#sql, org)) ?? true;
		} catch (error) {
			this.#log.debug({ err: error }, 'a setting is taken as it was last known');
			return (await before) ?? true;
		}
	}
}
