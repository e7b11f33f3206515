import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as attempts from '../limits/attempts.ts';
import * as audit from '../audit/audit.ts';
import { email } from '../forms/forms.ts';
import type { Passwords } from './passwords.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused, TooMany } from '../forms/refusal.ts';
import * as sessions from './sessions.ts';
import * as users from './users.ts';

/** No rule checks the password: one that could not be chosen is just a wrong one. */
export const form = v.object({ email, password: v.string('Enter your password.') });
export type SignIn = v.InferOutput<typeof form>;

export type SignedIn = { ok: true; session: sessions.NewSession } | Refused;

const quarter = 15 * 60_000; // ms

/**
 * Wrong passwords. One account: 10 per 15 minutes from a network, 40 an hour from all networks strange to it. All accounts from
 * one network: 20 in five minutes, then two each.
 */
const bounds: attempts.Bounds = {
	together: { limit: 10, windowMs: quarter },
	network: { limit: 20, windowMs: 5 * 60_000 },
	crowded: { limit: 2, windowMs: quarter },
	account: { limit: 40, windowMs: 4 * quarter }
};

/**
 * Begins a session for anyone who knows the password, and ends the browser's previous one. An account that does not exist gets
 * the same answer after the same work and counting, so that nobody learns which ones exist.
 */
export async function signIn(
	sql: Sql,
	passwords: Passwords,
	{ email, password }: SignIn,
	from: audit.From,
	previous: string | null = null
): Promise<SignedIn> {
	const attempt = { purpose: 'sign-in', email, address: from.address } as const;
	const counted = await attempts.count(sql, attempt, bounds);
	if (counted.refused && !counted.refused.isFirst) return counted.refused;

	const user = await users.findByEmail(sql, email);
	const actor = { ...from, id: user?.id ?? null, name: email };
	const fails = (reason: string) => transact(sql, (transaction) => recordFailure(transaction, actor, reason));
	if (counted.refused) {
		await fails('too many attempts'); // once per window: more would only fill the audit
		return counted.refused;
	}
	const verifying = verify(passwords, user, password, counted.isCrowded);
	if (!verifying) return busy;
	const isRight = await verifying;
	if (!user || !isRight || user.isSuspended) {
		const reason = isRight
			? 'suspended'
			: counted.isCrowded
				? 'many accounts tried from this network'
				: 'wrong password';
		if (isRight || counted.isNoted) await fails(reason);
		return isRight ? suspended : wrong;
	}
	return transact(sql, (transaction) => begin(transaction, user, from, previous));
}

/** The same work whether or not the account exists. Null: too many strangers of a crowd are already waiting. */
function verify(
	passwords: Passwords,
	user: users.WithPassword | null,
	password: string,
	isCrowded: boolean
): Promise<boolean> | null {
	const work = () =>
		user ? passwords.verify(user.passwordHash, password) : passwords.verifyNobody(password);
	return isCrowded ? passwords.aside(work) : work();
}

/** Starts the session of a user whose password was just verified. */
async function begin(
	transaction: Queryable,
	user: users.WithPassword,
	from: audit.From,
	previous: string | null
): Promise<SignedIn> {
	const actor = { ...from, id: user.id, name: user.email };
	const held = await users.hold(transaction, user.id);
	// Changed during verification, by someone who ended all sessions with it.
	if (held?.passwordHash !== user.passwordHash) {
		await recordFailure(transaction, actor, 'password changed meanwhile');
		return wrong;
	}
	if (held.isSuspended) {
		await recordFailure(transaction, actor, 'suspended');
		return suspended;
	}
	await attempts.succeeded(transaction, { purpose: 'sign-in', email: user.email, address: from.address });
	if (previous !== null) await endPrevious(transaction, previous, user.id, from);
	await audit.recordOfAccount(transaction, user.id, actor, { action: 'signed in' });
	return { ok: true, session: await sessions.create(transaction, user.id, from) };
}

function recordFailure(transaction: Queryable, actor: audit.Actor, reason: string): Promise<void> {
	const event = { action: 'failed to sign in', details: { reason } } as const;
	return audit.recordOfAccount(transaction, actor.id, actor, event);
}

/** Another person's session is recorded as theirs: their organizations' lists must not show who signed in next. */
async function endPrevious(
	transaction: Queryable,
	token: string,
	userId: string,
	from: audit.From
): Promise<void> {
	const owner = await sessions.end(transaction, token);
	if (!owner || owner.id === userId) return;
	const actor = { ...from, id: owner.id, name: owner.email };
	const event = { action: 'signed out', details: { reason: 'someone else signed in' } } as const;
	await audit.recordOfAccount(transaction, owner.id, actor, event);
}

/** Restarts an account's counts, after a new password. */
export function forgetAttempts(sql: Queryable, email: string): Promise<void> {
	return attempts.forget(sql, { purpose: 'sign-in', email });
}

/** `isFirst` is false: there is nothing to record. */
const busy: TooMany = {
	ok: false,
	status: 429,
	faults: { form: 'Too many people are trying to sign in from your network. Try again in a minute.' },
	retryAfterS: 60,
	isFirst: false
};

const wrong: Refused = {
	ok: false,
	status: 400,
	faults: { form: 'Wrong e-mail address or password.' }
};

/** Shown only to someone who knows the password. */
const suspended: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'This account is suspended. Ask the administrator of this server.' }
};
