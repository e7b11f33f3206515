import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import * as emailTokens from '../mail/tokens.ts';
import * as letters from '../mail/letters.ts';
import type { Post } from '../mail/post.ts';
import type { Passwords } from '../people/passwords.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import type { Refused } from '../forms/refusal.ts';
import * as signUps from './sign-up.ts';
import * as users from '../people/users.ts';

/** For the form behind the link: the password typed at sign-up. */
export const confirmation = v.object({ password: v.string('Enter your password.') });

const day = 24 * 60 * 60_000; // ms

/** Password attempts per link. */
const perLink = { limit: 20, windowMs: 60 * 60_000 };

/** Whether sign-ups are confirmed by mail: with a mail server, except for the first user of a server. */
export async function isOn(sql: Sql, post: Post | null): Promise<boolean> {
	return post !== null && (await users.anyExists(sql));
}

/**
 * Mails a link that creates the account or, if there is one, a note saying so. The same answer after the same work: only the
 * mailbox's reader learns which.
 */
export async function ask(
	sql: Sql,
	passwords: Passwords,
	form: signUps.SignUp,
	asked: letters.Asked,
	{ options, post }: { options: signUps.Options; post: Post | null }
): Promise<{ ok: true } | Refused> {
	if (!post) return signUps.closed;
	if (!(await signUps.isOpen(sql, options))) return signUps.closed;
	const { name, email, organization } = form;
	const limited = await signUps.countSignUp(sql, email, asked.from);
	if (limited) return limited;

	const data = { name, organization, passwordHash: await passwords.hash(form.password) };
	const found = await users.findByEmail(sql, email);
	const address = `${asked.origin}/sign-up/${emailTokens.tokenPlace}`;
	const mail = found ? letters.hasAccount(email, asked) : letters.confirmSignUp(email, address, asked);
	await transact(sql, async (transaction) => {
		// Created either way, for the same work; nobody gets the one for an address that has an account.
		const link = await emailTokens.create(transaction, { purpose, userId: null, email, data, lifeMs: day });
		await post(transaction, { ...mail, link, lifeMs: day });
	});
	return { ok: true };
}

/** What the link would create; null if it is invalid, or no longer valid. */
export async function find(sql: Sql, token: string): Promise<{ email: string; organization: string } | null> {
	const mailed = await emailTokens.find(sql, purpose, token);
	return mailed && { email: mailed.email, organization: mailed.data.organization ?? '' };
}

/**
 * Creates the link's account and uses the link up: of two concurrent uses one wins. It asks for the password again: otherwise
 * the mailbox's owner would create an account that a stranger's password opens.
 */
export async function confirm(
	sql: Sql,
	passwords: Passwords,
	{ token, password }: { token: string; password: string },
	from: audit.From,
	options: signUps.Options
): Promise<signUps.SignedUp> {
	const pending = await emailTokens.find(sql, purpose, token);
	if (!pending) return gone;
	const limited = await rateLimits.count(sql, [[`sign-up:link:${token}`, perLink]]);
	if (limited) return limited;
	if (!(await passwords.verify(pending.data.passwordHash ?? '', password))) return wrong;
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		if (!(await signUps.isOpen(transaction, options))) return signUps.closed;
		const mailed = await emailTokens.use(transaction, purpose, token);
		if (!mailed) return gone;
		const { name = '', organization = '', passwordHash = '' } = mailed.data;
		const owner = { email: mailed.email, name, organization, passwordHash };
		const made = await signUps.make(transaction, owner, from, options);
		return made.ok || made.status !== 409 ? made : taken;
	});
}

const purpose = 'sign up';

const wrong: Refused = {
	ok: false,
	status: 400,
	faults: {
		password: 'This is not the password used at sign-up. If you didn’t sign up, close this page.'
	}
};

const gone: Refused = {
	ok: false,
	status: 410,
	faults: { form: 'This link is no longer valid. Sign up again.' }
};

const taken: Refused = {
	ok: false,
	status: 410,
	faults: { form: 'This address already has an account. Sign in instead.' }
};
