import { randomUUID } from 'node:crypto';
import type { Accounts } from './accounts.ts';
import type { Person } from '../../../src/lib/server/audit/audit.ts';
import * as organizations from '../../../src/lib/server/organizations/organizations.ts';
import * as users from '../../../src/lib/server/people/users.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import type { Role } from '../../../src/lib/server/postgres/words.ts';
import { createOrganization, from, openAccounts } from './people.ts';

export const someAddress = () => `${randomUUID()}@example.com`;

/** People and organizations without the cost of a password, on a server with sign-up closed. */
export class Teams {
	readonly sql: Sql;
	readonly people: Accounts;

	constructor(sql: Sql) {
		this.sql = sql;
		this.people = openAccounts(sql, { signUp: 'never' });
	}

	/** Someone with an account, from their own network address. */
	async person(email = someAddress(), name = ''): Promise<Person> {
		const user = await users.create(this.sql, { email, name, passwordHash: 'none' });
		if (!user) throw new Error(`there is a user of ${email} already`);
		return { ...from(`host of ${email}`), id: user.id, name: email };
	}

	async member(org: string, role: Role): Promise<Person> {
		const actor = await this.person(someAddress(), role);
		await organizations.join(this.sql, org, actor.id, role);
		return actor;
	}

	/** An organization with an owner, and a member of each requested role. */
	async team<Others extends Role>(others: Others[] = [], name = 'Mill') {
		const owner = await this.person(someAddress(), 'owner');
		const { id: org, slug } = await createOrganization(this.sql, owner.id, name, owner);
		const joined: [string, Person][] = [];
		for (const role of others) joined.push([role, await this.member(org, role)]);
		return { org, slug, owner, ...(Object.fromEntries(joined) as Record<Others, Person>) };
	}

	/** Invites, which must succeed, and returns the token of the link. */
	async invite(org: string, actor: Person, email: string, role: Role = 'member'): Promise<string> {
		const invited = await this.people.invitations.create(org, actor, { email, role }, 'http://localhost');
		if (!invited.ok) throw new Error(JSON.stringify(invited));
		return invited.link.split('/').at(-1) ?? '';
	}

	/** By e-mail address; undefined: not a member. */
	async roleOf(org: string, email: string): Promise<Role | undefined> {
		const [member] = await this.sql<{ role: Role }[]>`
			SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id
			WHERE m.org_id = ${org} AND u.email = ${email}`;
		return member?.role;
	}

	/** An organization as it stands in the database, with its former addresses. */
	async stateOf(org: string) {
		const [row] = await this.sql`
			SELECT slug, name, retention_days AS days,
				ARRAY(SELECT slug FROM old_slugs WHERE org_id = ${org} ORDER BY created_at, slug) AS old
			FROM organizations WHERE id = ${org}`;
		return row;
	}

	/** An organization's recorded events, in order. */
	async audited(org: string, action: string) {
		return this.sql`
			SELECT actor, target, details FROM audit_events WHERE org_id = ${org} AND action = ${action} ORDER BY id`;
	}
}
