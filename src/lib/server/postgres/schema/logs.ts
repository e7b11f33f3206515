import { sql } from 'drizzle-orm';
import { index, json, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

/**
 * `log_chunks`, `log_days`, `log_heads` and its trigger are plain SQL in drizzle/postgres, because drizzle has no partitioned tables; only the
 * modules in logs/ read them.
 */

/** The answer to a request with an `Idempotency-Key`, for 24 hours. */
export const idempotencyKeys = pgTable(
	'idempotency_keys',
	{
		/** No reference: a deleted organization's keys are deleted with its lines, in batches. */
		orgId: uuid('org_id').notNull(),
		key: text().notNull(),
		answer: json().notNull(),
		createdAt: instant('created_at')
			.notNull()
			.default(sql`clock_timestamp()`)
	},
	(table) => [
		primaryKey({ columns: [table.orgId, table.key] }),
		index('idempotency_keys_created_at').on(table.createdAt)
	]
);
