import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { NewEntry } from '../../../src/lib/log/entry.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

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
