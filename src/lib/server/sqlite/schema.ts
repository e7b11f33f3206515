import { sql } from 'drizzle-orm';
import {
	blob,
	index,
	integer,
	primaryKey,
	sqliteTable,
	sqliteView,
	text,
	uniqueIndex
} from 'drizzle-orm/sqlite-core';

export const statuses = ['running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;

/** Times are epoch milliseconds. */
export const deploys = sqliteTable(
	'deploys',
	{
		/** UUIDv7, so that ids are in the order of the starts. */
		id: text().primaryKey(),
		orgId: text('org_id').notNull(),
		service: text().notNull(),
		environment: text(),
		version: text(),
		commitSha: text('commit_sha'),
		branch: text(),
		commitMessage: text('commit_message'),
		author: text(),
		commitUrl: text('commit_url'),
		url: text(),
		status: text({ enum: statuses }).notNull(),
		startedAt: integer('started_at').notNull(),
		/** When the sender was last heard of: an append, a heartbeat or the start. */
		lastAppendAt: integer('last_append_at').notNull(),
		finishedAt: integer('finished_at'),
		exitCode: integer('exit_code'),
		/** Bytes. */
		size: integer().notNull().default(0),
		/** Including a last line without its line feed. */
		lines: integer().notNull().default(0),
		/** Whether the last line still lacks its line feed. */
		midLine: integer('mid_line', { mode: 'boolean' }).notNull().default(false),
		/** Where the sender's bytes ended when the log reached its limit; our line that says so follows them. */
		cutAt: integer('cut_at'),
		/** Of the request that created it, so that its repeat creates no second one. */
		idempotencyKey: text('idempotency_key'),
		/** Whether the small chunks have been joined since the deploy ended. */
		merged: integer({ mode: 'boolean' }).notNull().default(false)
	},
	(table) => [
		index('deploys_org_id').on(table.orgId, table.id),
		uniqueIndex('deploys_idempotency_key').on(table.orgId, table.idempotencyKey),
		index('deploys_service').on(table.orgId, table.service, table.id),
		// Not on last_append_at, which every flush would have to move in it.
		index('deploys_running')
			.on(table.id)
			.where(sql`status = 'running'`),
		index('deploys_unmerged')
			.on(table.id)
			.where(sql`merged = 0 AND status <> 'running'`)
	]
);

/** The log of a deploy in pieces, without a gap. `data` comes last: the columns before it are read without it. */
export const deployChunks = sqliteTable(
	'deploy_chunks',
	{
		deployId: text('deploy_id')
			.notNull()
			.references(() => deploys.id, { onDelete: 'cascade' }),
		/** Of the first byte, in bytes since the start of the log. */
		offset: integer().notNull(),
		/** The number, from 1, of the line in which the first byte lies. */
		firstLine: integer('first_line').notNull(),
		/** When the first byte arrived: at the flush, unless the sender gives an earlier time. */
		flushedAt: integer('flushed_at').notNull(),
		/** When the lines of a chunk with more than one time arrived: see deploys/times.ts. Null: all at `flushed_at`. */
		times: text(),
		data: blob({ mode: 'buffer' }).notNull()
	},
	(table) => [primaryKey({ columns: [table.deployId, table.offset] })]
);

/** Things to be sent, written in the transaction that causes them: see outbox/. The same columns as in PostgreSQL. */
export const outbox = sqliteTable(
	'outbox',
	{
		/** UUIDv7: the order within a lane. */
		id: text().primaryKey(),
		/** What it is, and so who delivers it: `announcement`. */
		kind: text().notNull(),
		/** Deliveries in one lane, here an organization, go one after another. */
		lane: text().notNull(),
		/** JSON. */
		payload: text().notNull(),
		/** How often it was tried. */
		attempts: integer().notNull().default(0),
		/** Not before: its current lease, or the wait after a failure. */
		dueAt: integer('due_at').notNull(),
		/** From then on it is useless and goes undelivered; null: never. */
		expiresAt: integer('expires_at'),
		/** Why the last try failed. */
		lastError: text('last_error'),
		createdAt: integer('created_at').notNull()
	},
	(table) => [index('outbox_lane').on(table.kind, table.lane, table.id)]
);

/** A log as one column, for people who open the file with other tools. Nothing here reads it. */
export const deployLogs = sqliteView('deploy_logs', { deployId: text('deploy_id'), logs: text() }).as(sql`
	SELECT id AS deploy_id, coalesce((
		SELECT group_concat(CAST(data AS TEXT), '' ORDER BY "offset") FROM deploy_chunks WHERE deploy_id = deploys.id
	), '') AS logs FROM deploys`);
