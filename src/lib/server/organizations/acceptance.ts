import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import type { Role } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as attempts from '../limits/attempts.ts';
import * as audit from '../audit/audit.ts';
import { digest } from '../digest.ts';
import { line } from '../forms/forms.ts';
import { find } from './invitations.ts';
import * as organizations from './organizations.ts';
import { fault } from '../people/password-strength.ts';
import type { Passwords } from '../people/passwords.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import * as sessions from '../people/sessions.ts';
import type { Refused } from '../forms/refusal.ts';
import * as users from '../people/users.ts';
import * as lock from '../access/lock.ts';

/** For the form that creates an account: its address is the invitation's, whatever is sent. */
export const form = v.object({ name: v.optional(line, ''), password: v.string('Choose a password.') });
export type NewPerson = v.InferOutput<typeof form>;

export type Joined = { ok: true; slug: string } | Refused;
export type SignedUp = { ok: true; slug: string; session: sessions.NewSession } | Refused;

/**
 * Attempts per account and per link. Not per network: links cannot be guessed, and one stranger would lock out everyone behind
 * a proxy.
 */
const perAccount = { limit: 10, windowMs: 15 * 60_000 };

/**
 * Makes a signed-in user a member. A member keeps their role; the invitation is used up. Of two concurrent uses
 * one wins.
 */
export async function join(sql: Sql, token: string, actor: audit.Person): Promise<Joined> {
	const limited = await rateLimits.count(sql, [attemptBy(`account:${actor.id}`)]);
	if (limited) return limited;
	return transact(sql, async (transaction) => {
		const invitation = await hold(transaction, token);
		if (!invitation) return invalid;
		if (invitation.isSuspended) return lock.suspended;
		if (invitation.email !== (await emailOf(transaction, actor.id))) return forSomebodyElse;
		await take(transaction, invitation, actor);
		return { ok: true, slug: invitation.slug };
	});
}

/**
 * Creates an account for the invited address, whatever `SIGN_UP` says, makes it a member and begins a session. If the
 * account exists, nothing changes, after the same work: its owner is asked to sign in.
 */
export async function signUp(
	sql: Sql,
	passwords: Passwords,
	token: string,
	{ name, password }: NewPerson,
	from: audit.From
): Promise<SignedUp> {
	const offer = await find(sql, token);
	if (!offer) return invalid;
	// Not counted for an invalid link: each would leave a row behind.
	const limited = await rateLimits.count(sql, [attemptBy(`link:${token}`)]);
	if (limited) return limited;
	const weakness = fault(password, offer.email, [offer.organization]);
	if (weakness) return { ok: false, status: 400, faults: { password: weakness } };

	const passwordHash = await passwords.hash(password);
	return transact(sql, async (transaction) => {
		await users.lockAddresses(transaction);
		const invitation = await hold(transaction, token);
		if (!invitation) return invalid;
		if (invitation.isSuspended) return lock.suspended;
		const user = await users.create(transaction, { email: invitation.email, name, passwordHash });
		if (!user) return taken;
		const actor = { ...from, id: user.id, name: user.email };
		await audit.record(transaction, null, actor, { action: 'signed up' });
		await take(transaction, invitation, actor);
		await attempts.settleIn(transaction, { email: user.email, address: from.address });
		const session = await sessions.create(transaction, user.id, from);
		return { ok: true, slug: invitation.slug, session };
	});
}

const attemptBy = (who: string): rateLimits.Counted => [`invitation:${who}`, perAccount];

interface HeldInvitation extends lock.Held {
	org: string;
	id: string;
	email: string;
	role: Role;
	invitedBy: string | null;
}

/** The invitation of a token, if still usable, with its organization locked to the transaction's end. */
async function hold(transaction: Queryable, token: string): Promise<HeldInvitation | null> {
	const hash = digest(token);
	const [found] = await transaction<
		{ org: string }[]
	>`SELECT org_id AS org FROM invitations WHERE hash = ${hash} OR mail_hash = ${hash}`;
	const held = found && (await lock.organization(transaction, found.org));
	if (!held) return null;
	// Checked again: it may have been used or revoked while this one waited.
	const [invitation] = await transaction<Omit<HeldInvitation, keyof lock.Held>[]>`
		SELECT i.org_id AS org, i.id, i.email, i.role, u.email AS "invitedBy"
		FROM invitations i LEFT JOIN users u ON u.id = i.invited_by
		WHERE i.org_id = ${found.org} AND (i.hash = ${hash} OR i.mail_hash = ${hash}) AND i.expires_at > now()`;
	return invitation ? { ...held, ...invitation } : null;
}

async function emailOf(sql: Queryable, userId: string): Promise<string | null> {
	const [user] = await sql<{ email: string }[]>`SELECT email FROM users WHERE id = ${userId}`;
	return user?.email ?? null;
}

async function take(
	transaction: Queryable,
	{ org, id, role, invitedBy }: HeldInvitation,
	actor: audit.Person
): Promise<void> {
	const [used] = await transaction`
		DELETE FROM invitations WHERE org_id = ${org} AND id = ${id} RETURNING id`;
	if (!used) throw new Error('an invitation went while its organization was held');
	const isNew = await organizations.join(transaction, org, actor.id, role);
	await audit.record(transaction, org, actor, {
		action: isNew ? 'joined' : 'used an invitation while already a member',
		details: { role, 'invited by': invitedBy }
	});
}

const invalid: Refused = {
	ok: false,
	status: 404,
	faults: { form: 'This invitation is not valid, or no longer valid.' }
};

const forSomebodyElse: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'This invitation is for another address. Sign out, then sign in with that address.' }
};

const taken: Refused = {
	ok: false,
	status: 409,
	faults: { form: 'This address already has an account. Sign in to join.' }
};
