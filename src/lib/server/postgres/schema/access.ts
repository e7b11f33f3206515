import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { roles, scopes } from '../words.ts';
import { instant } from './instant.ts';
import { users } from './people.ts';
import { organizations } from './organizations.ts';

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
