import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

/** Things to be sent, written in the transaction that causes them: see outbox/. Never a secret. */
export const outbox = pgTable(
	'outbox',
	{
		/** UUIDv7: the order within a lane. */
		id: uuid().primaryKey(),
		/** What it is, and so who delivers it: `mail`. */
		kind: text().notNull(),
		/** Deliveries in one lane go one after another; null: on its own. */
		lane: text(),
		payload: jsonb().notNull(),
		/** How often it was tried. */
		attempts: integer().notNull().default(0),
		/** Not before: its delay, its current lease, or the wait after a failure. */
		dueAt: instant('due_at').notNull(),
		/** From then on it is useless and goes undelivered; null: never. */
		expiresAt: instant('expires_at'),
		/** Why the last try failed. */
		lastError: text('last_error'),
		createdAt: instant('created_at')
			.notNull()
			.default(sql`clock_timestamp()`)
	},
	(table) => [
		index('outbox_kind_due_at').on(table.kind, table.dueAt),
		index('outbox_lane').on(table.lane, table.id),
		index('outbox_expires_at').on(table.expiresAt)
	]
);
