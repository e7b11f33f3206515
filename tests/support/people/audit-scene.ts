import { randomUUID } from 'node:crypto';
import * as audit from '../../../src/lib/server/audit/audit.ts';
import type { Details } from '../../../src/lib/server/audit/events.ts';
import type { AuditQuery } from '../../../src/lib/server/audit/filter.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';
import { auditListOn } from './accounts.ts';

/** Who did what `AuditScene` records, unless told otherwise. */
export const ada: audit.Actor = { id: null, name: 'ada@example.com', address: '192.0.2.7', userAgent: null };

/** Organizations with recorded events, and the audit list. */
export class AuditScene {
	readonly list: ReturnType<typeof auditListOn>;
	readonly #sql: Sql;

	constructor(sql: Sql) {
		this.#sql = sql;
		this.list = auditListOn(sql);
	}

	/** An organization in which nothing has happened. */
	async emptyOrg(): Promise<string> {
		const org = randomUUID();
		await this.#sql`
			INSERT INTO organizations (id, slug, name, retention_days) VALUES (${org}, ${`o-${org}`}, 'Empty', 30)`;
		return org;
	}

	invite(org: string | null, target: string, details: Details = {}, actor = ada): Promise<void> {
		return audit.record(this.#sql, org, actor, { action: 'invited', target, details });
	}

	async targets(org: string, wanted: AuditQuery): Promise<(string | null)[]> {
		return (await this.list.of(org, wanted)).events.map(({ target }) => target);
	}

	/** Records as many events, named `number 1` and so on; the last is the newest. */
	async fill(org: string, count: number): Promise<void> {
		for (let made = 0; made < count; made += 500) {
			const some = Array.from({ length: Math.min(500, count - made) }, (_, index) => made + index + 1);
			await transact(this.#sql, async (transaction) => {
				await Promise.all(some.map((number) => audit.record(transaction, org, ada, invited(number))));
			});
		}
	}

	/** How many of an application's statements wait for a lock. */
	async waiting(application: string): Promise<number> {
		const rows = await this.#sql`
			SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${application}
				AND wait_event_type = 'Lock'`;
		return rows.length;
	}
}

const invited = (number: number) => ({ action: 'invited', target: `number ${number}` }) as const;

/** The names of events of `AuditScene.fill`, the newest first. */
export const numbered = (from: number, to: number) =>
	Array.from({ length: from - to + 1 }, (_, index) => `number ${from - index}`);
