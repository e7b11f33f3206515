import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

export const organizations = pgTable('organizations', {
	id: uuid().primaryKey(),
	slug: text().notNull().unique(),
	name: text().notNull(),
	retentionDays: integer('retention_days').notNull(),
	/** How many days an ended deploy is kept, and how many of each service and environment whatever their age. */
	deployDays: integer('deploy_days').notNull().default(365),
	deploysKept: integer('deploys_kept').notNull().default(10),
	/** Whether level, time and fields are read from lines of plain text. */
	readsText: boolean('reads_text').notNull().default(true),
	/** When an instance admin suspended it; null: not suspended. */
	suspendedAt: instant('suspended_at'),
	createdAt: instant('created_at').notNull().defaultNow()
});

/** Former slugs of organizations: old addresses lead to the new ones. */
export const oldSlugs = pgTable(
	'old_slugs',
	{
		slug: text().primaryKey(),
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(table) => [index('old_slugs_org_id').on(table.orgId)]
);

/** Deleted organizations, so that every instance can remove what it still holds of them. */
export const deletedOrganizations = pgTable('deleted_organizations', {
	id: uuid().primaryKey(),
	/** Its last name, for the audit. */
	name: text().notNull(),
	slug: text().notNull(),
	deletedAt: instant('deleted_at').notNull().defaultNow(),
	/** When its last line was gone from PostgreSQL; null: not yet. */
	purgedAt: instant('purged_at')
});
