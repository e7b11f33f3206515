import { sql } from 'drizzle-orm';
import {
	boolean,
	index,
	integer,
	json,
	pgTable,
	primaryKey,
	text,
	timestamp,
	uuid
} from 'drizzle-orm/pg-core';

/**
 * The tables whose migrations drizzle-kit writes. `logs`, `log_heads` and their trigger are plain SQL in
 * drizzle/postgres, because drizzle has no partitioned tables; logs/store.ts is their only reader.
 */

/** Rising with permissions; what each may do stands in accounts/roles.ts. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

export const scopes = ['write', 'read'] as const;
export type Scope = (typeof scopes)[number];

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const users = pgTable('users', {
	id: uuid().primaryKey(),
	/** Lower case; what was typed is not kept. */
	email: text().notNull().unique(),
	name: text().notNull(),
	passwordHash: text('password_hash').notNull(),
	instanceAdmin: boolean('instance_admin').notNull().default(false),
	createdAt: instant('created_at').notNull().defaultNow()
});

export const sessions = pgTable(
	'sessions',
	{
		/** SHA-256 of the session's id, hex: who reads the database cannot sign in with it. */
		id: text().primaryKey(),
		userId: uuid('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		expiresAt: instant('expires_at').notNull()
	},
	(table) => [index('sessions_user_id').on(table.userId)]
);

export const organizations = pgTable('organizations', {
	id: uuid().primaryKey(),
	slug: text().notNull().unique(),
	name: text().notNull(),
	retentionDays: integer('retention_days').notNull(),
	createdAt: instant('created_at').notNull().defaultNow()
});

export const memberships = pgTable(
	'memberships',
	{
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
		userId: uuid('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		role: text({ enum: roles }).notNull(),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(table) => [
		primaryKey({ columns: [table.orgId, table.userId] }),
		index('memberships_user_id').on(table.userId)
	]
);

export const apiKeys = pgTable(
	'api_keys',
	{
		id: uuid().primaryKey(),
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
		name: text().notNull(),
		/** The first characters of the key, to tell keys apart in a list. */
		prefix: text().notNull(),
		/** SHA-256 of the key, hex: the key is random, so it needs no slow hash. */
		hash: text().notNull().unique(),
		scopes: text({ enum: scopes }).array().notNull(),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(table) => [index('api_keys_org_id').on(table.orgId)]
);

/** One row per limited thing (an address, an account): how many attempts in its window. */
export const rateLimits = pgTable('rate_limits', {
	/** SHA-256, hex, so that it is of one length whatever is limited. */
	key: text().primaryKey(),
	attempts: integer().notNull(),
	/** When the window ends; from then on the row means nothing. */
	endsAt: instant('ends_at').notNull()
});

/** What was answered to a request with an `Idempotency-Key`, for 24 hours. */
export const idempotencyKeys = pgTable(
	'idempotency_keys',
	{
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
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
