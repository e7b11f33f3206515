import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import * as emailTokens from '../mail/tokens.ts';
import * as letters from '../mail/letters.ts';
import type { Post } from '../mail/post.ts';
import type { Passwords } from './passwords.ts';
import { holdProven, prove, type NewEmail } from './profile.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as users from './users.ts';

/** Whether the change waits for a link to be opened. */
export type Asked = { ok: true; isMailed: boolean } | Refused;

const day = 24 * 60 * 60_000; // ms

/** Per account: each reveals, or mails, whether an address has one. The same limit for opened links. */
const perAccount = { limit: 5, windowMs: 60 * 60_000 };
const linksPerAccount = { limit: 20, windowMs: 60 * 60_000 };

/**
 * Changes the address of someone who knows the password: once they open the link mailed there, or at once without a mail server
 * (`post` is null).
 */
export async function ask(
	sql: Sql,
	passwords: Passwords,
	{ email, password }: NewEmail,
	person: audit.Person,
	{ origin, post }: { origin: string; post: Post | null }
): Promise<Asked> {
	const proven = await prove(sql, passwords, password, person, purpose);
	if (!proven.ok) return proven;
	if (proven.user.email === email) return same;
	const limited = await rateLimits.count(sql, [[`change e-mail:account:${person.id}`, perAccount]]);
	if (limited) return limited;
	if (!post) return changeAtOnce(sql, proven.user, email, person);

	const isTaken = (await users.findByEmail(sql, email)) !== null;
	const asked = { from: person, origin };
	const address = `${origin}/account/confirm/${emailTokens.tokenPlace}`;
	const mail = isTaken ? letters.emailIsTaken(email, asked) : letters.confirmEmail(email, address, asked);
	return transact(sql, async (transaction): Promise<Asked> => {
		const user = await holdProven(transaction, proven.user, person, purpose);
		if (!user) return changedMeanwhile;
		const event = { action: 'asked to change their e-mail address', details: { to: email } } as const;
		await audit.recordOfAccount(transaction, user.id, person, event);
		const mailed = { purpose: tokenPurpose, userId: user.id, email, data: {}, lifeMs: day } as const;
		const link = await emailTokens.create(transaction, mailed);
		await post(transaction, { ...mail, link, lifeMs: day });
		return { ok: true, isMailed: true };
	});
}

/** The new address for the link's owner; null if the link is invalid, no longer valid, or someone else's. */
export async function find(sql: Queryable, token: string, person: audit.Person): Promise<string | null> {
	const mailed = await emailTokens.find(sql, tokenPurpose, token);
	return mailed?.userId === person.id ? mailed.email : null;
}

/** Gives the link's owner the address it was mailed to, and tells the old address. */
export async function confirm(
	sql: Sql,
	token: string,
	person: audit.Person,
	{ origin, post }: { origin: string; post: Post | null }
): Promise<{ ok: true } | Refused> {
	const limited = await rateLimits.count(sql, [[`change e-mail:link:account:${person.id}`, linksPerAccount]]);
	if (limited) return limited;
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		const user = await users.hold(transaction, person.id);
		if (!user || (await find(transaction, token, person)) === null) return gone;
		const mailed = await emailTokens.use(transaction, tokenPurpose, token);
		if (!mailed) return gone;
		const moved = await change(transaction, user, mailed.email, person);
		if (!moved.ok) return takenMeanwhile;
		const mail = letters.emailChanged(moved.from, moved.to, { from: person, origin });
		await post?.(transaction, { ...mail, link: null, lifeMs: day });
		return { ok: true };
	});
}

const tokenPurpose = 'change e-mail';
const purpose = 'e-mail address';

function changeAtOnce(
	sql: Sql,
	proven: users.WithPassword,
	email: string,
	person: audit.Person
): Promise<Asked> {
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		const user = await holdProven(transaction, proven, person, purpose);
		if (!user) return changedMeanwhile;
		const changed = await change(transaction, user, email, person);
		return changed.ok ? { ok: true, isMailed: false } : changed;
	});
}

/** For a held user. Links mailed to the old address become invalid. */
async function change(
	transaction: Queryable,
	{ id, email: from }: users.WithPassword,
	to: string,
	person: audit.Person
): Promise<{ ok: true; from: string; to: string } | Refused> {
	await emailTokens.endAll(transaction, id);
	if (!(await users.changeEmail(transaction, id, to))) return taken;
	const event = { action: 'changed their e-mail address', details: { from, to } } as const;
	await audit.recordOfAccount(transaction, id, person, event);
	return { ok: true, from, to };
}

const same: Refused = { ok: false, status: 400, faults: { email: 'This is already your address.' } };

const taken: Refused = {
	ok: false,
	status: 409,
	faults: { email: 'Another account has this address.' }
};

const changedMeanwhile: Refused = {
	ok: false,
	status: 400,
	faults: { password: 'Your password was just changed. Enter the new one.' }
};

const takenMeanwhile: Refused = {
	ok: false,
	status: 410,
	faults: { form: 'Another account now has this address.' }
};

const gone: Refused = {
	ok: false,
	status: 410,
	faults: { form: 'This link is no longer valid. Request the change again.' }
};
