import { accounts, type Accounts } from './accounts.ts';
import type { NewAccount } from '../../../src/lib/server/organizations/sign-up.ts';
import { operator, type Actor, type From } from '../../../src/lib/server/audit/audit.ts';
import * as organizations from '../../../src/lib/server/organizations/organizations.ts';
import { transact } from '../../../src/lib/server/postgres/transaction.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

/** A request from an address, as the audit and the limits see it. */
export const from = (address: string): From => ({ address, userAgent: null });

export const password = 'correct horse battery';

/** A list's default request. */
export const firstPage = { q: '', page: 1 };

type Options = Parameters<typeof accounts>[1];

/** The accounts of a server with open sign-up, unless told otherwise, and without subscriptions. */
export function openAccounts(
	sql: Sql,
	options: Partial<Options['config']> = {},
	parts: Partial<Pick<Options, 'mail' | 'watch' | 'failed' | 'subscribe'>> = {}
): Accounts {
	const config = { signUp: 'open', retentionDays: 30, ...options } as const;
	return accounts(sql, {
		config,
		subscribe: () => () => {},
		mail: null,
		watch: silent,
		failed: rethrow,
		...parts
	});
}

const silent = { delivered() {}, postponed() {}, dropped() {}, failed: rethrow };

function rethrow(error: unknown): never {
	throw error;
}

/** Signs someone up, from their own address. */
export async function signUp(people: Accounts, name: string): Promise<NewAccount> {
	const form = { name, email: `${name}@example.com`, password, organization: `${name} & co` };
	const signedUp = await people.signUp(form, from(`host of ${name}`));
	if (!signedUp.ok) throw new Error(JSON.stringify(signedUp.faults));
	return signedUp;
}

/** Creates a further organization for an existing user. */
export function createOrganization(sql: Sql, ownerId: string, name: string, actor: Actor = operator) {
	return transact(sql, (transaction) =>
		organizations.create(transaction, ownerId, { name, retentionDays: 30 }, actor)
	);
}
