import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Entry, NewEntry } from '../../../src/lib/log/entry.ts';
import { Sealing } from '../../../src/lib/server/logs/sealing.ts';
import { logStore } from '../../../src/lib/server/logs/store.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';

/** A new organization without any users; returns its id. */
export async function makeOrganization(sql: Sql): Promise<string> {
	const slug = `org-${randomBytes(6).toString('hex')}`;
	const [org] = await sql<{ id: string }[]>`
		INSERT INTO organizations (id, slug, name, retention_days) VALUES (${uuid()}, ${slug}, ${slug}, 30) RETURNING id`;
	if (!org) throw new Error('no organization was made');
	return org.id;
}

/** A line from now with nothing but its message. */
export function line(message: string): NewEntry {
	const nothing = { host: null, attributes: '{}', trace_id: null, span_id: null };
	return { time: null, severity: 9, service: 'default', message, ...nothing };
}

/** Appends lines to an organization as received at a time (epoch ms); gives their numbers. */
export function receive(sql: Sql, org: string, entries: readonly NewEntry[], at = Date.now()) {
	return transact(sql, (transaction) => logStore(sql).append(org, entries, transaction, at));
}

/** All lines of an organization, oldest first. */
export async function linesOf(sql: Sql, org: string): Promise<Entry[]> {
	const lines: Entry[] = [];
	for (let cursor = 0; ;) {
		const { items, more } = await logStore(sql).after(org, cursor, 1_000);
		lines.push(...items.map(({ entry }) => entry));
		if (!more) return lines;
		cursor = lines.at(-1)?.seq ?? cursor;
	}
}

/** How many lines of an organization are stored. */
export async function countLines(sql: Sql, org: string): Promise<number> {
	const [row] = await sql<[{ lines: number }]>`
		SELECT coalesce(sum(lines), 0)::int AS lines FROM log_chunks WHERE org_id = ${org}`;
	return row.lines;
}

/** Seals all that was received so far, as if a day had passed. */
export async function sealAll(sql: Sql): Promise<void> {
	const damaged = (error: unknown) => {
		throw error;
	};
	await new Sealing(sql, { damaged }).run(Date.now() + 2 * 24 * 60 * 60 * 1000);
}
