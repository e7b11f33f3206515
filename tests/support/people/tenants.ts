import { randomUUID } from 'node:crypto';
import { operator } from '../../../src/lib/server/audit/audit.ts';
import * as keys from '../../../src/lib/server/access/keys.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

export interface Tenant {
	org: string;
	slug: string;
	/** With both scopes. */
	key: string;
	keyId: string;
}

/** An organization without members, with a key: without the cost of a password. */
export async function makeTenant(sql: Sql): Promise<Tenant> {
	const org = randomUUID();
	const slug = `org-${org.slice(0, 8)}`;
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${org}, ${slug}, ${slug}, 30)`;
	const { id, key } = await keys.create(sql, org, operator, { name: 'test', scopes: ['write', 'read'] });
	return { org, slug, key, keyId: id };
}
