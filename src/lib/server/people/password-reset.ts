import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as attempts from '../limits/attempts.ts';
import * as audit from '../audit/audit.ts';
import * as emailTokens from '../mail/tokens.ts';
import { email } from '../forms/forms.ts';
import * as letters from '../mail/letters.ts';
import type { Post } from '../mail/post.ts';
import { fault as faultOf } from './password-strength.ts';
import type { Passwords } from './passwords.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import * as sessions from './sessions.ts';
import type { Refused } from '../forms/refusal.ts';
import { forgetAttempts } from './sign-in.ts';
import * as users from './users.ts';

/** What the forgotten-password form takes, and the one behind the link. */
export const forgotten = v.object({ email });
export const chosen = v.object({ password: v.string('Choose a password.') });

const hour = 60 * 60_000; // ms

/** Requests for one account: 5 an hour from a network; one each from a network that asked for 20, whatever the account. */
const bounds: attempts.Bounds = {
	together: { limit: 5, windowMs: hour },
	network: { limit: 20, windowMs: hour },
	crowded: { limit: 1, windowMs: hour }
};
/** Mails to one account, and uses of one link. */
const perAccount = { limit: 5, windowMs: hour };
const perLink = { limit: 20, windowMs: hour };

/**
 * Mails a link that sets a new password, if the account exists, is not suspended and did not get too many already. The same
 * answer after the same work either way. Refused without a mail server (`post` is null).
 */
export async function ask(
	sql: Sql,
	email: string,
	asked: letters.Asked,
	post: Post | null
): Promise<{ ok: true } | Refused> {
	if (!post) return notOffered;
	const { from, origin } = asked;
	const attempt = { purpose: 'password-reset', email, address: from.address } as const;
	const counted = await attempts.count(sql, attempt, bounds);
	if (counted.refused) return counted.refused;
	const { allowed } = await rateLimits.attempt(sql, `password-reset:account:${email}`, perAccount);
	if (!allowed) return { ok: true };

	const user = await users.findByEmail(sql, email);
	const userId = user?.id ?? null;
	await transact(sql, async (transaction) => {
		await users.hold(transaction, userId);
		const actor = { ...from, id: userId, name: email };
		if (counted.isNoted)
			await audit.recordOfAccount(transaction, userId, actor, { action: 'asked for a password reset' });
		// Also created without a user: then it opens nothing, and the mail goes to nobody.
		const link = await emailTokens.create(transaction, { purpose, userId, email, data: {}, lifeMs: hour });
		const mail = letters.resetPassword(email, `${origin}/reset-password/${emailTokens.tokenPlace}`, asked);
		const to = user && !user.isSuspended ? email : null;
		await post(transaction, { ...mail, to, link, lifeMs: hour });
	});
	return { ok: true };
}

/** The account whose password a link sets; null if the link is invalid, or no longer valid. */
export async function find(sql: Queryable, token: string): Promise<users.WithPassword | null> {
	const mailed = await emailTokens.find(sql, purpose, token);
	const user = mailed?.userId ? await users.find(sql, mailed.userId) : null;
	return user && isFor(user, mailed) ? user : null;
}

/** Sets the password of the link's account, and ends all its sessions and links: of two concurrent uses one wins. */
export async function use(
	sql: Sql,
	passwords: Passwords,
	token: string,
	password: string,
	from: audit.From
): Promise<{ ok: true } | Refused> {
	const found = await find(sql, token);
	if (!found) return gone;
	const limited = await rateLimits.count(sql, [[`password-reset:link:${token}`, perLink]]);
	if (limited) return limited;
	const fault = faultOf(password, found.email);
	if (fault) return { ok: false, status: 400, faults: { password: fault } };

	const passwordHash = await passwords.hash(password);
	return transact(sql, async (transaction) => {
		const user = await users.hold(transaction, found.id);
		const mailed = await emailTokens.use(transaction, purpose, token);
		if (!user || !isFor(user, mailed)) return gone;
		const actor = { ...from, id: user.id, name: user.email };
		await set(transaction, user, passwordHash, actor);
		return { ok: true };
	});
}

export interface NewPassword {
	email: string;
	/** Generated if absent. */
	password?: string | undefined;
}

/**
 * Sets an account's password for the operator, one that is hard to guess unless given, and ends all its sessions and links.
 * Null if no account has the address.
 */
export async function byOperator(
	sql: Sql,
	passwords: Passwords,
	{ email, password = randomBytes(15).toString('base64url') }: NewPassword
): Promise<{ user: { id: string; email: string }; password: string } | null> {
	const passwordHash = await passwords.hash(password);
	return transact(sql, async (transaction) => {
		const found = await users.findByEmail(transaction, email);
		const user = await users.hold(transaction, found?.id ?? null);
		if (!user) return null;
		await set(transaction, user, passwordHash, audit.operator);
		return { user: { id: user.id, email: user.email }, password };
	});
}

const purpose = 'reset password';

/** For a held user. */
async function set(
	transaction: Queryable,
	{ id, email }: users.WithPassword,
	passwordHash: string,
	actor: audit.Actor
): Promise<void> {
	await emailTokens.endAll(transaction, id);
	await users.changePassword(transaction, id, passwordHash);
	await sessions.endAll(transaction, id);
	await forgetAttempts(transaction, email);
	await audit.recordOfAccount(transaction, id, actor, { action: 'reset a password', target: email });
}

/** A link sent to an address that is no longer the account's is invalid. */
function isFor(user: users.WithPassword, mailed: emailTokens.Mailed | null): boolean {
	return mailed !== null && mailed.userId === user.id && mailed.email === user.email && !user.isSuspended;
}

const notOffered: Refused = {
	ok: false,
	status: 409,
	faults: { form: 'Email is not set up on this server. Ask its administrator for a new password.' }
};

const gone: Refused = {
	ok: false,
	status: 410,
	faults: { form: 'This link is no longer valid. Ask for a new one.' }
};
