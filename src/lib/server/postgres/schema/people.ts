import { boolean, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';
import { organizations } from './organizations.ts';

export const users = pgTable(
	'users',
	{
		id: uuid().primaryKey(),
		/** Lower case; the original spelling is not kept. */
		email: text().notNull().unique(),
		name: text().notNull(),
		passwordHash: text('password_hash').notNull(),
		instanceAdmin: boolean('instance_admin').notNull().default(false),
		/** When an instance admin suspended the account; null: not suspended. */
		suspendedAt: instant('suspended_at'),
		/** The last use of any of their sessions, written at most once a minute. */
		lastSeenAt: instant('last_seen_at'),
		/** The organization they viewed last, where `/` leads. */
		lastOrgId: uuid('last_org_id').references(() => organizations.id, { onDelete: 'set null' }),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(table) => [index('users_last_org_id').on(table.lastOrgId)]
);

export const sessions = pgTable(
	'sessions',
	{
		/** SHA-256 of the session's id, hex: reading the database is not enough to sign in. */
		id: text().primaryKey(),
		userId: uuid('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		expiresAt: instant('expires_at').notNull(),
		createdAt: instant('created_at').notNull().defaultNow(),
		/** Written at most once a minute, together with where it came from. */
		lastUsedAt: instant('last_used_at').notNull().defaultNow(),
		address: text(),
		userAgent: text('user_agent')
	},
	(table) => [index('sessions_user_id').on(table.userId), index('sessions_expires_at').on(table.expiresAt)]
);
