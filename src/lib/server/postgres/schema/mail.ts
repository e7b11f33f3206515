import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { emailTokenPurposes } from '../words.ts';
import { instant } from './instant.ts';
import { users } from './people.ts';

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
