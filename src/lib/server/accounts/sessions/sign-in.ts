import * as v from 'valibot';
import type { Sql } from '../../postgres/connect.ts';
import { transact } from '../../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { email } from '../forms.ts';
import type { Passwords } from '../users/passwords.ts';
import type { Queryable } from '../queryable.ts';
import * as rateLimits from '../rate-limits.ts';
import type { Refused, TooMany } from '../refusal.ts';
import { sessions, type NewSession } from './sessions.ts';
import * as users from '../users/users.ts';

/** Of the password nothing is asked: one that could not be chosen is just a wrong one. */
export const form = v.object({ email, password: v.string('Type your password.') });
export type SignIn = v.InferOutput<typeof form>;

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
	if (limited && !limited.isFirst) return limited;

	const user = await users.findByEmail(sql, email);
	const actor = { ...from, id: user?.id ?? null, name: email };
	const fails = (reason: string) => transact(sql, (transaction) => recordFailure(transaction, actor, reason));
	if (limited) {
		await fails('too many attempts'); // once per window: more would only fill the audit
		return limited;
	}
	const isRight = user
		? await passwords.verify(user.passwordHash, password)
		: await passwords.verifyNobody(password);
	if (!user || !isRight || user.isSuspended) {
		await fails(isRight ? 'suspended' : 'wrong password');
		return isRight ? suspended : wrong;
	}
	return transact(sql, (transaction) => begin(transaction, user, from, previous));
}

/** For who has just proven to be the user. */
async function begin(
	transaction: Queryable,
	user: users.WithPassword,
	from: audit.From,
	previous: string | null
): Promise<SignedIn> {
	const actor = { ...from, id: user.id, name: user.email };
	const held = await users.hold(transaction, user.id);
	// Changed while it was verified, by somebody who ended all sessions with it.
	if (held?.passwordHash !== user.passwordHash) {
		await recordFailure(transaction, actor, 'password changed meanwhile');
		return wrong;
	}
	if (held.isSuspended) {
		await recordFailure(transaction, actor, 'suspended');
		return suspended;
	}
	await forgetAttempts(transaction, user.email);
	if (previous !== null) await endPrevious(transaction, previous, user.id, from);
	await audit.recordOfAccount(transaction, user.id, actor, { action: 'signed in' });
	return { ok: true, session: await sessions(transaction).create(user.id, from) };
}

function recordFailure(transaction: Queryable, actor: audit.Actor, reason: string): Promise<void> {
	const event = { action: 'failed to sign in', details: { reason } } as const;
	return audit.recordOfAccount(transaction, actor.id, actor, event);
}

/** Another's is recorded as theirs: who it was that signed in next is nothing for the lists of that person's organizations. */
async function endPrevious(
	transaction: Queryable,
	token: string,
	userId: string,
	from: audit.From
): Promise<void> {
	const owner = await sessions(transaction).end(token);
	if (!owner || owner.id === userId) return;
	const actor = { ...from, id: owner.id, name: owner.email };
	const event = { action: 'signed out', details: { reason: 'somebody else signed in' } } as const;
	await audit.recordOfAccount(transaction, owner.id, actor, event);
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

const wrong: Refused = {
	ok: false,
	status: 400,
	faults: { form: 'The e-mail address or the password is wrong.' }
};

/** Told only to who knows the password. */
const suspended: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'This account is suspended. Ask the administrator of this server.' }
};
