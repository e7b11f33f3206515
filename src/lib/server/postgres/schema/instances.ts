import { doublePrecision, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './instant.ts';

/** The servers on this database: each writes its row every few seconds. See instances/. All times are PostgreSQL's. */
export const instances = pgTable(
	'instances',
	{
		/** Another one after each start. */
		id: uuid().primaryKey(),
		/** Host and port, for people. */
		address: text().notNull(),
		version: text().notNull(),
		startedAt: instant('started_at').notNull(),
		seenAt: instant('seen_at').notNull(),
		/** Open streams. */
		streams: integer().notNull(),
		/** Log lines stored per second, since the last report. */
		linesPerSecond: doublePrecision('lines_per_second').notNull(),
		/** How long its readers have been waiting for lines that are stored. */
		behindMs: integer('behind_ms').notNull(),
		/** How far its clock is ahead of PostgreSQL's. */
		clockMs: integer('clock_ms').notNull()
	},
	(table) => [index('instances_seen_at').on(table.seenAt)]
);

/** The tasks that one server at a time does for all of them: see instances/turns.ts. */
export const upkeepTasks = pgTable('upkeep_tasks', {
	name: text().primaryKey(),
	/** When a server may take it: the end of the holder's lease, or its next turn. */
	dueAt: instant('due_at').notNull(),
	/** The server that is doing it; null: none. */
	holder: uuid()
});
