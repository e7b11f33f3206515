import type { Config } from '../config.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Faults, SignUp } from './forms.ts';
import * as keys from './keys.ts';
import * as organizations from './organizations.ts';
import type { Passwords } from './passwords.ts';
import type { Queryable } from './queryable.ts';
import * as rateLimits from './rate-limits.ts';
import { tooMany, type Limited } from './sign-in.ts';
import * as users from './users.ts';

export interface NewAccount {
	user: users.User;
	org: organizations.Organization;
	/** The organization's first API key, with scope `write`; only this once. */
	key: string;
}

export type SignedUp =
	| ({ ok: true } & NewAccount)
	| { ok: false; status: 403 | 409; faults: Faults }
	| (Limited & { ok: false; status: 429 });

type Options = Pick<Config, 'signUp' | 'retentionDays'>;

/** Per address: each costs a password hash and leaves an organization. */
const perAddress = { limit: 20, windowMs: 60 * 60_000 };

/** Whether somebody without an invitation may make an account now: what `SIGN_UP` says (API.md, "Environment"). */
export async function isOpen(sql: Queryable, { signUp }: Options): Promise<boolean> {
	if (signUp === 'first') return !(await users.anyExists(sql));
	return signUp === 'open';
}

/** Makes a user, an organization owned by them and its first key: all or nothing. */
export async function signUp(
	sql: Sql,
	passwords: Passwords,
	form: SignUp,
	address: string,
	options: Options
): Promise<SignedUp> {
	if (!(await isOpen(sql, options))) return closed;
	const key = `sign-up:address:${rateLimits.networkOf(address)}`;
	const { retryAfterS } = await rateLimits.attempt(sql, key, perAddress);
	if (retryAfterS > 0) return { ok: false, status: 429, faults: tooMany(retryAfterS), retryAfterS };

	const passwordHash = await passwords.hash(form.password);
	return transact(sql, async (transaction) => {
		await users.takeTurns(transaction);
		// Asked again: another sign-up may have been first since.
		if (!(await isOpen(transaction, options))) return closed;
		const user = await users.create(transaction, { ...form, passwordHash });
		return user ? makeOrganization(transaction, user, form.organization, options) : taken;
	});
}

async function makeOrganization(
	transaction: Queryable,
	user: users.User,
	name: string,
	{ retentionDays }: Options
): Promise<SignedUp> {
	const org = await organizations.create(transaction, user.id, { name, retentionDays });
	const { key } = await keys.create(transaction, org.id, { name: 'First key', scopes: ['write', 'read'] });
	return { ok: true, user, org, key };
}

const closed: SignedUp = {
	ok: false,
	status: 403,
	faults: { form: 'Sign-up is closed on this server. Ask its administrator for an account.' }
};

const taken: SignedUp = {
	ok: false,
	status: 409,
	faults: { email: 'There is an account with this address. Sign in instead.' }
};
