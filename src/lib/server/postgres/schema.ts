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

/**
 * The tables whose migrations drizzle-kit writes. `logs`, `log_heads` and their trigger are plain SQL in drizzle/postgres,
 * because drizzle has no partitioned tables; only the modules in logs/ read them.
 */

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

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
		lastOrgId: uuid('last_org_id').references((): AnyPgColumn => organizations.id, { onDelete: 'set null' }),
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

export const organizations = pgTable('organizations', {
	id: uuid().primaryKey(),
	slug: text().notNull().unique(),
	name: text().notNull(),
	retentionDays: integer('retention_days').notNull(),
	/** How many days an ended deploy is kept, and how many of each service and environment whatever their age. */
	deployDays: integer('deploy_days').notNull().default(365),
	deploysKept: integer('deploys_kept').notNull().default(10),
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
		// The owners among ten thousand members, and the possible heirs of the organization.
		index('memberships_org_id_role').on(table.orgId, table.role),
		index('memberships_user_id').on(table.userId)
	]
);

/** Pending ones only: an accepted or revoked invitation is deleted, and remains in `audit_events`. */
export const invitations = pgTable(
	'invitations',
	{
		id: uuid().primaryKey(),
		orgId: uuid('org_id')
			.notNull()
			.references(() => organizations.id, { onDelete: 'cascade' }),
		/** Lower case; only this address can accept it. */
		email: text().notNull(),
		role: text({ enum: roles }).notNull(),
		/** SHA-256 of the link's token, hex. */
		hash: text().notNull().unique(),
		/** The same for the mailed link, a different one: null until that mail is handed over. */
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

/** Mailed links, each for one use. */
export const emailTokens = pgTable(
	'email_tokens',
	{
		id: uuid().primaryKey().defaultRandom(),
		/** SHA-256 of the link's token, hex; null until its mail is handed over, which is when the token is created. */
		hash: text().unique(),
		purpose: text({ enum: emailTokenPurposes }).notNull(),
		/** Null for someone without an account. */
		userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
		/** The address it was mailed to; lower case. */
		email: text().notNull(),
		/** What its use brings about, as far as the purpose needs it. */
		data: jsonb().notNull().default({}),
		expiresAt: instant('expires_at').notNull()
	},
	(table) => [
		index('email_tokens_user_id').on(table.userId),
		index('email_tokens_expires_at').on(table.expiresAt)
	]
);

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
		/** When it expires; null: never. */
		expiresAt: instant('expires_at'),
		/** Written at most once a minute, together with where it came from and what the request was. */
		lastUsedAt: instant('last_used_at'),
		lastUsedAddress: text('last_used_address'),
		/** The last request that came with it and how it was answered: see access/key-use.ts. */
		lastRequest: jsonb('last_request'),
		/** While someone waits for its next request, that request is written at once. */
		watchedUntil: instant('watched_until')
	},
	(table) => [index('api_keys_org_id').on(table.orgId), index('api_keys_created_by').on(table.createdBy)]
);

/** One row per limited thing (an address, an account): how many attempts in its window. */
export const rateLimits = pgTable(
	'rate_limits',
	{
		/** SHA-256, hex, so that its length is the same whatever is limited. */
		key: text().primaryKey(),
		attempts: integer().notNull(),
		/** When the window ends; from then on the row means nothing. */
		endsAt: instant('ends_at').notNull()
	},
	(t) => [index().on(t.endsAt)]
);

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
