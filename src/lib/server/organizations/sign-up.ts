import * as v from 'valibot';
import type { Config } from '../config.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as attempts from '../limits/attempts.ts';
import * as audit from '../audit/audit.ts';
import { email, line } from '../forms/forms.ts';
import * as keys from '../access/keys.ts';
import type { Organization } from '../access/memberships.ts';
import * as organizations from './organizations.ts';
import { fault } from '../people/password-strength.ts';
import type { Passwords } from '../people/passwords.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import * as sessions from '../people/sessions.ts';
import type { Refused, TooMany } from '../forms/refusal.ts';
import * as users from '../people/users.ts';

/** For a new account. */
export const form = v.pipe(
	v.object({
		name: v.optional(line, ''),
		email,
		password: v.string('Choose a password.'),
		organization: organizations.nameField
	}),
	v.forward(
		v.partialCheck(
			[['email'], ['password'], ['organization']],
			({ email, password, organization }) => fault(password, email, [organization]) === null,
			({ input }) => fault(input.password, input.email, [input.organization]) ?? ''
		),
		['password']
	)
);
export type SignUp = v.InferOutput<typeof form>;

export interface NewAccount {
	user: users.User;
	org: Organization;
	/** The organization's first API key, with both scopes; returned only once. */
	key: string;
	session: sessions.NewSession;
}

export type SignedUp = ({ ok: true } & NewAccount) | Refused;

export type Options = Pick<Config, 'signUp' | 'retentionDays'>;

/** The new account's owner, and the name of the organization that comes with it. */
export type NewOwner = users.NewUser & { organization: string };

const hour = 60 * 60_000; // ms

/**
 * Sign-ups with one address, from one network and from all: each may send a mail. From one network, with any address: each
 * leaves an organization behind, or sends a mail to a stranger, so this one refuses everyone there.
 */
const together = { limit: 5, windowMs: hour };
const perAccount = { limit: 10, windowMs: hour };
const perNetwork = { limit: 20, windowMs: hour };

/** Whether people without an invitation may create an account now, as `SIGN_UP` says (API.md, "Environment"). */
export async function isOpen(sql: Queryable, { signUp }: Options): Promise<boolean> {
	if (signUp === 'first') return !(await users.anyExists(sql));
	return signUp === 'open';
}

/**
 * Creates a user, an organization owned by them, its first key and a session: all or nothing. The answer reveals whether the
 * address has an account, since it takes effect at once; with a mail server, sign-up-by-mail.ts hides it.
 */
export async function signUp(
	sql: Sql,
	passwords: Passwords,
	form: SignUp,
	from: audit.From,
	options: Options
): Promise<SignedUp> {
	if (!(await isOpen(sql, options))) return closed;
	const limited = await countSignUp(sql, form.email, from);
	if (limited) return limited;

	const passwordHash = await passwords.hash(form.password);
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		// Checked again: another sign-up may have come first.
		if (!(await isOpen(transaction, options))) return closed;
		return make(transaction, { ...form, passwordHash }, from, options);
	});
}

/** Counts a sign-up, whether or not the address has an account; returns the refusal if there are too many. */
export function countSignUp(sql: Queryable, email: string, from: audit.From): Promise<TooMany | null> {
	const network = rateLimits.networkOf(from.address);
	return rateLimits.count(sql, [
		[[`sign-up:account:${email}`, network], together],
		[`sign-up:network:${network}`, perNetwork],
		[[`sign-up:account:${email}`, 'everywhere'], perAccount]
	]);
}

/** Creates an account with everything that belongs to it, after `users.lockAddresses`; refuses an address that has one. */
export async function make(
	transaction: Queryable,
	{ organization, ...person }: NewOwner,
	from: audit.From,
	{ retentionDays }: Options
): Promise<SignedUp> {
	const user = await users.create(transaction, person);
	if (!user) return taken;
	const actor = { ...from, id: user.id, name: user.email };
	const details = users.signUpDetails(user);
	await audit.record(transaction, null, actor, { action: 'signed up', details });
	const org = await organizations.create(transaction, user.id, { name: organization, retentionDays }, actor);
	const first = { name: 'First key', scopes: ['write', 'read'] } satisfies keys.NewKey;
	const { key } = await keys.create(transaction, org.id, actor, first);
	await attempts.settleIn(transaction, { email: user.email, address: from.address });
	return { ok: true, user, org, key, session: await sessions.create(transaction, user.id, from) };
}

export const closed: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'Sign-up is closed on this server. Ask its administrator for an account.' }
};

const taken: Refused = {
	ok: false,
	status: 409,
	faults: { email: 'This address already has an account. Sign in instead.' }
};
