import { sql } from 'drizzle-orm';
import {
	boolean,
	index,
	integer,
	json,
	jsonb,
	pgTable,
	primaryKey,
	text,
	timestamp,
	uniqueIndex,
	uuid,
	type AnyPgColumn
} from 'drizzle-orm/pg-core';
import { emailTokenPurposes, roles, scopes } from './words.ts';

export type { EmailTokenPurpose, Role, Scope } from './words.ts';

/**
 * The tables whose migrations drizzle-kit writes. `logs`, `log_heads` and their trigger are plain SQL in
 * drizzle/postgres, because drizzle has no partitioned tables; only the modules in logs/ read them.
 */

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const users = pgTable(
	'users',
	{
		id: uuid().primaryKey(),
		/** Lower case; what was typed is not kept. */
		email: text().notNull().unique(),
		name: text().notNull(),
		passwordHash: text('password_hash').notNull(),
		instanceAdmin: boolean('instance_admin').notNull().default(false),
		/** Since when the account is suspended by an instance admin; null: it is not. */
		suspendedAt: instant('suspended_at'),
		/** The last use of any of their sessions, written at most once a minute. */
		lastSeenAt: instant('last_seen_at'),
		/** Where they looked last, and `/` leads. */
		lastOrgId: uuid('last_org_id').references((): AnyPgColumn => organizations.id, { onDelete: 'set null' }),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(table) => [index('users_last_org_id').on(table.lastOrgId)]
);

export const sessions = pgTable(
	'sessions',
	{
		/** SHA-256 of the session's id, hex: who reads the database cannot sign in with it. */
		id: text().primaryKey(),
		userId: uuid('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		expiresAt: instant('expires_at').notNull(),
		createdAt: instant('created_at').notNull().defaultNow(),
		/** Written at most once a minute, together with where from. */
		lastUsedAt: instant('last_used_at').notNull().defaultNow(),
		address: text(),
		userAgent: text('user_agent')
	},
	(table) => [index('sessions_user_id').on(table.userId), index('sessions_expires_at').on(table.expiresAt)]
);

export const organizations = pgTable('organizations', {
	id: uuid().primaryKey(),
	slug: text().notNull().unique(),
	name: text().notNull(),
	retentionDays: integer('retention_days').notNull(),
	/** For how many days a deploy that has ended is kept, and how many of each service and environment whatever their age. */
	deployDays: integer('deploy_days').notNull().default(365),
	deploysKept: integer('deploys_kept').notNull().default(10),
	/** Since when it is suspended by an instance admin; null: it is not. */
	suspendedAt: instant('suspended_at'),
	createdAt: instant('created_at').notNull().defaultNow()
});

/** What organizations were called before: their old addresses lead to the new ones. */
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

/** Organizations that are no more, so that every instance can remove what it still holds of them. */
export const deletedOrganizations = pgTable('deleted_organizations', {
	id: uuid().primaryKey(),
	/** As it was called last, for the audit. */
	name: text().notNull(),
	slug: text().notNull(),
	deletedAt: instant('deleted_at').notNull().defaultNow(),
	/** When the last of its lines was gone from PostgreSQL; null: not yet. */
	purgedAt: instant('purged_at')
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
		// The owners among ten thousand members, and whom they could hand the organization to.
		index('memberships_org_id_role').on(table.orgId, table.role),
		index('memberships_user_id').on(table.userId)
	]
);

/** Pending ones only: an invitation that was accepted or revoked is deleted, and stands in `audit_events`. */
export const invitations = pgTable(
	'invitations',
	{
		id: uuid().primaryKey(),
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
		/** Lower case; nobody with another address can accept it. */
		email: text().notNull(),
		role: text({ enum: roles }).notNull(),
		/** SHA-256 of the link's token, hex. */
		hash: text().notNull().unique(),
		/** The same of the link that was mailed, which is another one: null until that mail is handed over. */
		mailHash: text('mail_hash').unique(),
		invitedBy: uuid('invited_by').references(() => users.id, { onDelete: 'set null' }),
		createdAt: instant('created_at').notNull().defaultNow(),
		expiresAt: instant('expires_at').notNull()
	},
	(table) => [
		uniqueIndex('invitations_org_id_email').on(table.orgId, table.email),
		index('invitations_invited_by').on(table.invitedBy),
		index('invitations_expires_at').on(table.expiresAt)
	]
);

/** Links that were mailed, each for one use. */
export const emailTokens = pgTable(
	'email_tokens',
	{
		id: uuid().primaryKey().defaultRandom(),
		/** SHA-256 of the link's token, hex; null until its mail is handed over, which is when the token is made. */
		hash: text().unique(),
		purpose: text({ enum: emailTokenPurposes }).notNull(),
		/** Null for somebody who has no account yet. */
		userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
		/** Where it was mailed to; lower case. */
		email: text().notNull(),
		/** What becomes true with its use, as far as the purpose needs it. */
		data: jsonb().notNull().default({}),
		expiresAt: instant('expires_at').notNull()
	},
	(table) => [
		index('email_tokens_user_id').on(table.userId),
		index('email_tokens_expires_at').on(table.expiresAt)
	]
);

/** What is to be sent, written in the transaction that causes it: see outbox/. Never a secret. */
export const outbox = pgTable(
	'outbox',
	{
		/** UUIDv7: the order within a lane. */
		id: uuid().primaryKey(),
		/** What it is, and so who delivers it: `mail`. */
		kind: text().notNull(),
		/** Deliveries in one lane go one after the other; null: on its own. */
		lane: text(),
		payload: jsonb().notNull(),
		/** How often it was tried. */
		attempts: integer().notNull().default(0),
		/** Not before: its delay, the lease of whoever is at it, or the wait after a failure. */
		dueAt: instant('due_at').notNull(),
		/** From then on it is of no use and goes undelivered; null: never. */
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
		createdAt: instant('created_at').notNull().defaultNow(),
		createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
		/** From when on it is refused; null: never. */
		expiresAt: instant('expires_at'),
		/** Written at most once a minute, together with where from and what the request was. */
		lastUsedAt: instant('last_used_at'),
		lastUsedAddress: text('last_used_address'),
		/** The last request that came with it and how it was answered: see accounts/keys/use.ts. */
		lastRequest: jsonb('last_request'),
		/** While somebody waits for its next request, that is written at once. */
		watchedUntil: instant('watched_until')
	},
	(table) => [index('api_keys_org_id').on(table.orgId), index('api_keys_created_by').on(table.createdBy)]
);

/** One row per limited thing (an address, an account): how many attempts in its window. */
export const rateLimits = pgTable(
	'rate_limits',
	{
		/** SHA-256, hex, so that it is of one length whatever is limited. */
		key: text().primaryKey(),
		attempts: integer().notNull(),
		/** When the window ends; from then on the row means nothing. */
		endsAt: instant('ends_at').notNull()
	},
	(t) => [index().on(t.endsAt)]
);

/** What was answered to a request with an `Idempotency-Key`, for 24 hours. */
export const idempotencyKeys = pgTable(
	'idempotency_keys',
	{
		/** No reference: those of a deleted organization go with its lines, in batches. */
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

/** Who did what to whom, when and from where. Triggers refuse every change, and deletion within a year. */
export const auditEvents = pgTable(
	'audit_events',
	{
		/** UUIDv7: the order of the events. */
		id: uuid().primaryKey(),
		/** Null for what concerns no organization. No reference: an event outlives what it tells of. */
		orgId: uuid('org_id'),
		/** A copy for an organization of what its member did with their account; the instance's list leaves it out. */
		isCopy: boolean('is_copy').notNull().default(false),
		at: instant('at')
			.notNull()
			.default(sql`clock_timestamp()`),
		/** Null for strangers, and for who works on the server's own machine. */
		actorId: uuid('actor_id'),
		/** As they were called then: an address, or what stands in accounts/audit/audit.ts for who has none. */
		actor: text().notNull(),
		/** The client's network address; null for the server's own machine. */
		address: text(),
		action: text().notNull(),
		/** Whom or what it was done to, as it was called then. */
		target: text(),
		details: jsonb().notNull().default({})
	},
	(table) => [index('audit_events_org_id').on(table.orgId, table.id), index('audit_events_at').on(table.at)]
);
