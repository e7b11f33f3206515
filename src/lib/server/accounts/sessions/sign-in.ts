import type { Sql } from '../../postgres/connect.ts';
import { transact } from '../../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { SignIn } from '../forms.ts';
import type { Passwords } from '../users/passwords.ts';
import type { Queryable } from '../queryable.ts';
import * as rateLimits from '../rate-limits.ts';
import type { Refused, TooMany } from '../refusal.ts';
import { sessions, type NewSession } from './sessions.ts';
import * as users from '../users/users.ts';

export type SignedIn = { ok: true; session: NewSession } | Refused;

/** Per address, and per account that is tried, whether it exists or not. */
const perAddress = { limit: 20, windowMs: 5 * 60_000 };
const perAccount = { limit: 10, windowMs: 15 * 60_000 };

/**
 * Begins a session for whoever knows the password, and ends the one that the browser had before. An account that does
 * not exist gets the same answer after the same work and the same counting, so that nobody learns which ones do.
 */
export async function signIn(
	sql: Sql,
	passwords: Passwords,
	{ email, password }: SignIn,
	from: audit.From,
	previous: string | null = null
): Promise<SignedIn> {
	const limited = await countAttempt(sql, email, from);
	if (limited) return limited;

	const user = await users.findByEmail(sql, email);
	const isRight = user
		? await passwords.verify(user.passwordHash, password)
		: await passwords.verifyNobody(password);
	const actor = { ...from, id: user?.id ?? null, name: email };
	if (!user || !isRight || user.isSuspended) {
		const details = { reason: isRight ? 'suspended' : 'wrong password' };
		const userId = user?.id ?? null;
		await transact(sql, (transaction) =>
			audit.recordOfAccount(transaction, userId, actor, { action: 'failed to sign in', details })
		);
		return isRight ? suspended : wrong;
	}

	const session = await transact(sql, async (transaction) => {
		const held = await users.hold(transaction, user.id);
		// Changed while it was verified, by somebody who ended all sessions with it.
		if (held?.passwordHash !== user.passwordHash || held.isSuspended) return null;
		await forgetAttempts(transaction, email);
		if (previous !== null) await sessions(transaction).end(previous);
		await audit.recordOfAccount(transaction, user.id, actor, { action: 'signed in' });
		return sessions(transaction).create(user.id, from);
	});
	return session ? { ok: true, session } : wrong;
}

/** Counts that somebody tries an account's password, here or where it is asked for again; what to answer if too often. */
export function countAttempt(sql: Queryable, email: string, from: audit.From): Promise<TooMany | null> {
	return rateLimits.count(sql, [
		[`sign-in:address:${rateLimits.networkOf(from.address)}`, perAddress],
		[accountKey(email), perAccount]
	]);
}

/** Begins an account's count anew: for who knows the password, or has a new one. */
export function forgetAttempts(sql: Queryable, email: string): Promise<void> {
	return rateLimits.reset(sql, accountKey(email));
}

function accountKey(email: string): string {
	return `sign-in:account:${email}`;
}

const wrong: SignedIn = {
	ok: false,
	status: 400,
	faults: { form: 'The e-mail address or the password is wrong.' }
};

/** Told only to who knows the password. */
const suspended: SignedIn = {
	ok: false,
	status: 403,
	faults: { form: 'This account is suspended. Ask the administrator of this server.' }
};
