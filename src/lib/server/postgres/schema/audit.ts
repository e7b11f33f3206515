import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

/** Who did what to whom, when and from where. Triggers refuse every change, and deletion within a year. */
export const auditEvents = pgTable(
	'audit_events',
	{
		/** UUIDv7: the order of the events. */
		id: uuid().primaryKey(),
		/** Null if it concerns no organization. No reference: an event outlives its subject. */
		orgId: uuid('org_id'),
		/** An organization's copy of an event about its member's account; the instance's list leaves it out. */
		isCopy: boolean('is_copy').notNull().default(false),
		at: instant('at')
			.notNull()
			.default(sql`clock_timestamp()`),
		/** Null for strangers and for the operator on the server's own machine. */
		actorId: uuid('actor_id'),
		/** The actor's address at that time, or the name that audit/audit.ts gives actors without one. */
		actor: text().notNull(),
		/** The client's network address; null for the server's own machine. */
		address: text(),
		action: text().notNull(),
		/** Whom or what it was done to, under its name at that time. */
		target: text(),
		details: jsonb().notNull().default({})
	},
	(table) => [index('audit_events_org_id').on(table.orgId, table.id), index('audit_events_at').on(table.at)]
);
