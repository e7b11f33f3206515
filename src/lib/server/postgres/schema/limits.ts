import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

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
