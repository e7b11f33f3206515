import type { Sql } from '../postgres/connect.ts';
import type { Role } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import * as keys from '../access/keys.ts';
import * as memberships from '../access/memberships.ts';
import * as organizations from './organizations.ts';
import type { Passwords } from '../people/passwords.ts';
import type { SignUp } from './sign-up.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as users from '../people/users.ts';

export interface Bootstrapped {
	org: { id: string; slug: string };
	user: { id: string; email: string };
	/** The user's role in the organization: owner, unless they already had another role. */
	role: Role;
	/** With both scopes; shown only this once. */
	key: string;
}

/**
 * For the operator: creates the organization and its owner if they are missing, and a new key, whatever `SIGN_UP` says.
 * Anything that exists stays as it is, including the password.
 */
export async function bootstrap(
	sql: Sql,
	passwords: Passwords,
	{ name, email, password, organization }: SignUp,
	{ retentionDays }: { retentionDays: number }
): Promise<Bootstrapped> {
	const passwordHash = await passwords.hash(password);
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		const user = await findOrCreate(transaction, { email, name, passwordHash });
		const found = await memberships.findBySlug(transaction, organizations.slugOf(organization));
		const org =
			found ??
			(await organizations.create(
				transaction,
				user.id,
				{ name: organization, retentionDays },
				audit.operator
			));
		const role = await own(transaction, org, { id: user.id, email });
		const { key } = await keys.create(transaction, org.id, audit.operator, {
			name: 'Bootstrap',
			scopes: ['write', 'read']
		});
		return { org: { id: org.id, slug: org.slug }, user: { id: user.id, email }, role, key };
	});
}

/** Makes the user an owner if they are not a member; returns their role. */
async function own(
	transaction: Queryable,
	{ id, slug }: { id: string; slug: string },
	user: { id: string; email: string }
): Promise<Role> {
	if (await organizations.join(transaction, id, user.id, 'owner')) {
		const event = { action: 'joined', target: user.email, details: { role: 'owner' } } as const;
		await audit.record(transaction, id, audit.operator, event);
	}
	const membership = await memberships.find(transaction, user.id, slug);
	if (!membership) throw new Error('the user left while an owner was being made');
	return membership.role;
}

async function findOrCreate(transaction: Queryable, user: users.NewUser): Promise<{ id: string }> {
	const made = await users.create(transaction, user);
	if (made) {
		const event = { action: 'signed up', target: user.email, details: users.signUpDetails(made) } as const;
		await audit.record(transaction, null, audit.operator, event);
		return made;
	}
	const found = await users.findByEmail(transaction, user.email);
	if (!found) throw new Error('the user was deleted while it was being looked for');
	return found;
}
