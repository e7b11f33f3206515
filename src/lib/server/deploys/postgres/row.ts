import { validate } from 'uuid';
import * as outbox from '../../outbox/postgres.ts';
import type { Sql } from '../../postgres/connect.ts';
import { announcement, announcementKind } from '../announcement.ts';
import type { Deploy } from '../deploy.ts';
import { columns as sqliteColumns } from '../row.ts';
import type { NewRow } from '../row.ts';

/** The columns of a whole deploy, as row.ts names them: PostgreSQL keeps capitals only in quotes. */
export const columns = sqliteColumns.replace(/AS (\w+)/g, 'AS "$1"');

/** Whether something can be an id: PostgreSQL refuses to compare anything else with one. */
export const isId = (id: string): boolean => validate(id);

/** A row without U+0000, which PostgreSQL does not store. */
export function storable(row: NewRow): NewRow {
	const entries = Object.entries(row).map(([name, value]) => [
		name,
		typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value
	]);
	return Object.fromEntries(entries) as NewRow;
}

/** Puts the announcement of a deploy's status into the outbox, in the transaction that changes it. */
export async function announce(transaction: Sql, org: string, deploy: Deploy, at: number): Promise<void> {
	const payload = { ...announcement(deploy, at) };
	await outbox.put(transaction, { kind: announcementKind, lane: org, payload, delayMs: 0, lifeMs: null });
}
