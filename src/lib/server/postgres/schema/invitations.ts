import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { roles } from '../words.ts';
import { instant } from './instant.ts';
import { users } from './people.ts';
import { organizations } from './organizations.ts';

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
