import { accounts, type Accounts } from '../../src/lib/server/accounts/accounts.ts';
import type { NewAccount } from '../../src/lib/server/accounts/sign-up.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';

export const password = 'correct horse battery';

type Options = Parameters<typeof accounts>[1];

/** The accounts of a server whose sign-up is open, unless told otherwise, and that listens to nothing. */
export function openAccounts(sql: Sql, options: Partial<Options['config']> = {}): Accounts {
	const config = { signUp: 'open', retentionDays: 30, ...options } as const;
	return accounts(sql, { config, subscribe: () => () => {} });
}

/** Signs somebody up, from an address of their own. */
export async function signUp(people: Accounts, name: string): Promise<NewAccount> {
	const form = { name, email: `${name}@example.com`, password, organization: `${name} & co` };
	const signedUp = await people.signUp(form, `host of ${name}`);
	if (!signedUp.ok) throw new Error(JSON.stringify(signedUp.faults));
	return signedUp;
}
