import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { email, line } from '../forms/forms.ts';
import { fault } from './password-strength.ts';
import type { Passwords } from './passwords.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as sessions from './sessions.ts';
import type { Refused } from '../forms/refusal.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import * as emailTokens from '../mail/tokens.ts';
import * as users from './users.ts';

export type Changed = { ok: true } | Refused;

export const nameForm = v.object({ name: v.pipe(line, v.nonEmpty('Enter a name.')) });
/** `password` is the current one, to prove that nobody else is at the keyboard. */
export const emailForm = v.object({ email, password: v.string('Enter your password.') });
export const passwordForm = v.object({
	password: v.string('Enter your password.'),
	newPassword: v.string('Choose a password.')
});

export type NewEmail = v.InferOutput<typeof emailForm>;
export type NewPassword = v.InferOutput<typeof passwordForm>;

/** Changes a person's name. */
export function changeName(sql: Sql, name: string, person: audit.Person): Promise<void> {
	return transact(sql, async (transaction) => {
		const held = await users.hold(transaction, person.id);
		if (!held || held.name === name) return;
		await users.rename(transaction, person.id, name);
		const details = { from: held.name, to: name };
		await audit.recordOfAccount(transaction, person.id, person, { action: 'changed their name', details });
	});
}

/**
 * Changes the password of someone who knows the current one. All other sessions and all mailed links end; `sessionId` is the
 * session that stays.
 */
export async function changePassword(
	sql: Sql,
	passwords: Passwords,
	{ password, newPassword }: NewPassword,
	person: audit.Person,
	sessionId: string | null
): Promise<Changed> {
	const proven = await prove(sql, passwords, password, person, 'password');
	if (!proven.ok) return proven;
	const weakness = fault(newPassword, proven.user.email);
	if (weakness) return { ok: false, status: 400, faults: { newPassword: weakness } };

	const passwordHash = await passwords.hash(newPassword);
	return transact(sql, async (transaction) => {
		const user = await holdProven(transaction, proven.user, person, 'password');
		if (!user) return wrong;
		await emailTokens.endAll(transaction, user.id);
		await users.changePassword(transaction, user.id, passwordHash);
		const ended = await sessions.endAll(transaction, user.id, sessionId);
		const details = { 'ended sessions': ended };
		await audit.recordOfAccount(transaction, user.id, person, { action: 'changed their password', details });
		return { ok: true };
	});
}

/** Apart from sign-ins, which strangers can try: only signed-in people get here. */
const perAccount = { limit: 10, windowMs: 15 * 60_000 };

/** Why the password is asked for. */
export type Purpose = 'password' | 'e-mail address';

/** The account of a person, if the password is theirs. Wrong ones are counted and recorded. */
export async function prove(
	sql: Sql,
	passwords: Passwords,
	password: string,
	person: audit.Person,
	purpose: Purpose
): Promise<{ ok: true; user: users.WithPassword } | Refused> {
	const user = await users.find(sql, person.id);
	if (!user) return wrong;
	const fails = (reason?: string) =>
		transact(sql, (transaction) => recordFailure(transaction, person, purpose, reason));
	const key = `prove password:account:${user.id}`;
	const limited = await rateLimits.count(sql, [[key, perAccount]]);
	if (limited) {
		if (limited.isFirst) await fails('too many attempts');
		return limited;
	}
	if (!(await passwords.verify(user.passwordHash, password))) {
		await fails();
		return wrong;
	}
	await rateLimits.reset(sql, key);
	return { ok: true, user };
}

/** The account as proven, locked to the transaction's end; null, and recorded, if its password has changed since. */
export async function holdProven(
	transaction: Queryable,
	{ id, passwordHash }: users.WithPassword,
	person: audit.Person,
	purpose: Purpose
): Promise<users.WithPassword | null> {
	const held = await users.hold(transaction, id);
	if (held?.passwordHash === passwordHash) return held;
	await recordFailure(transaction, person, purpose, 'password changed meanwhile');
	return null;
}

function recordFailure(
	transaction: Queryable,
	person: audit.Person,
	purpose: Purpose,
	reason?: string
): Promise<void> {
	const details = { for: purpose, ...(reason && { reason }) };
	return audit.recordOfAccount(transaction, person.id, person, {
		action: 'entered a wrong password',
		details
	});
}

const wrong: Refused = { ok: false, status: 400, faults: { password: 'Wrong password.' } };
