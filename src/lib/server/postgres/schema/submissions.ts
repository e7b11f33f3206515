import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

/** One row per form that was sent and may come again, for a day (access/submissions.ts). */
export const formSubmissions = pgTable(
	'form_submissions',
	{
		/** SHA-256, hex, of the form's token, its sender and what it asks for. */
		hash: text().primaryKey(),
		/** Random. With the token, which only the page has, it gives the secret that was created. */
		seed: text().notNull(),
		/** What was answered, without the secret; null until the end of its transaction. */
		result: jsonb(),
		createdAt: instant('created_at').notNull().defaultNow()
	},
	(t) => [index().on(t.createdAt)]
);
