import * as keys from '../../src/lib/server/access/keys.ts';
import { operator } from '../../src/lib/server/audit/audit.ts';
import * as users from '../../src/lib/server/people/users.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { createOrganization, openAccounts } from '../support/people/people.ts';
import { markOf } from './lines.ts';

/** An organization, whose owner is signed in. */
export interface Tenant {
	mark: string;
	org: string;
	slug: string;
	/** With both scopes. */
	key: string;
	/** The owner's session. */
	cookie: string;
}

export async function makeTenants(sql: Sql, count: number): Promise<Tenant[]> {
	const people = openAccounts(sql);
	const tenants: Tenant[] = [];
	while (tenants.length < count) {
		const mark = markOf(tenants.length);
		const name = `soak ${mark}`;
		const user = await users.create(sql, { email: `${mark}@soak.example`, name, passwordHash: 'none' });
		if (!user) throw new Error(`there is a user of ${mark} already`);
		const { id: org, slug } = await createOrganization(sql, user.id, name);
		const { key } = await keys.create(sql, org, operator, { name: 'soak', scopes: ['write', 'read'] });
		const { token } = await people.sessions.create(user.id, operator);
		tenants.push({ mark, org, slug, key, cookie: `tailrace_session=${token}` });
	}
	return tenants;
}
