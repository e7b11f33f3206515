import { v7 as uuid, validate as isUuid } from 'uuid';
import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import type { Role } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { digest } from '../digest.ts';
import { email } from '../forms/forms.ts';
import { invitationMail } from '../mail/invitation.ts';
import type { Post } from '../mail/post.ts';
import { tokenPlace } from '../mail/tokens.ts';
import * as members from './members.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import type { Queryable } from '../postgres/queryable.ts';
import { mayChange } from '../access/roles.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';
import * as submissions from '../access/submissions.ts';
import type { Sent } from '../access/submissions.ts';

/** What the page behind a link says. */
export interface Offer {
	organization: string;
	isSuspended: boolean;
	email: string;
	role: Role;
	invitedBy: string | null;
}

/** For a form that invites. */
export const form = v.object({
	email: v.pipe(
		v.string('Enter an e-mail address.'),
		v.trim(),
		v.nonEmpty('Enter the e-mail address of the person to invite.'),
		email
	),
	role: members.role
});
export type NewInvitation = v.InferOutput<typeof form>;

export interface Invited extends NewInvitation {
	ok: true;
	/** Returned only once: the database keeps the digest of its token. */
	link: string;
	expiresAt: Date;
	/** Whether a link is also mailed: another one, for the same invitation. Never without a mail server. */
	isMailed: boolean;
}

const lifeMs = 7 * 24 * 60 * 60_000;

/** Per organization, and per actor across theirs: each may send a mail to a stranger. */
const perOrganization = { limit: 50, windowMs: 60 * 60_000 };
const perActor = { limit: 50, windowMs: 60 * 60_000 };

/** 32 random bytes in base64url: anything that cannot be a token costs no query. */
const tokenForm = /^[\w-]{43}$/;

/**
 * Invites an address, which voids its earlier links; also mails a link if there is a mail server (`post`). A form that comes twice
 * (`sent`) gets the same link twice, and one mail.
 */
export async function invite(
	sql: Sql,
	org: string,
	actor: audit.Person,
	invitation: NewInvitation,
	{ origin, post, sent = null }: { origin: string; post: Post | null; sent?: Sent }
): Promise<Invited | Refused> {
	const limited = await rateLimits.count(sql, [
		[`invitations of:organization:${org}`, perOrganization],
		[`invitations of:account:${actor.id}`, perActor]
	]);
	if (limited) return limited;

	return transact(sql, async (transaction) => {
		const taken = await lock.forActor(transaction, org, actor, 'members');
		if (!taken.ok) return taken;
		const addressOf = (token: string) => `${origin}/invitations/${token}`;
		const wanted = ['invitation', org, actor.id, invitation.email, invitation.role];
		const made = await submissions.once(transaction, sent, wanted, async (token) => {
			const made = await create(transaction, org, actor, taken, { ...invitation, token });
			if (!made.ok) return made;
			const { id, expiresAt } = made;
			const organization = taken.held.name;
			const told = { ...invitation, organization, by: actor.name, link: addressOf(tokenPlace), expiresAt };
			const link = { of: 'invitation', id } as const;
			await post?.(transaction, { ...invitationMail(told), link, lifeMs });
			return { ok: true, expiresAt: expiresAt.getTime() };
		});
		if (!made.result.ok) return made.result;
		const expiresAt = new Date(made.result.expiresAt);
		return { ok: true, ...invitation, link: addressOf(made.secret), expiresAt, isMailed: post !== null };
	});
}

type Made = { ok: true; id: string; expiresAt: Date } | Refused;

async function create(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	taken: { role: Role },
	{ email, role, token }: NewInvitation & { token: string }
): Promise<Made> {
	const earlier = await pendingOf(transaction, org, email);
	if (!mayChange(taken.role, earlier, role)) return lock.notAllowed;
	if (await isMember(transaction, org, email)) return alreadyMember;

	const id = uuid();
	const expiresAt = new Date(Date.now() + lifeMs);
	await transaction`
		INSERT INTO invitations (id, org_id, email, role, hash, invited_by, expires_at)
		VALUES (${id}, ${org}, ${email}, ${role}, ${digest(token)}, ${actor.id}, ${expiresAt})
		ON CONFLICT (org_id, email) DO UPDATE SET id = excluded.id, role = excluded.role, hash = excluded.hash, mail_hash = NULL,
			invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at`;
	const details = { role, ...(earlier && { 'instead of': earlier }) };
	await audit.record(transaction, org, actor, { action: 'invited', target: email, details });
	return { ok: true, id, expiresAt };
}

/** The role that an address is already invited to: an actor who may not offer it may not withdraw it either. */
async function pendingOf(sql: Queryable, org: string, email: string): Promise<Role | null> {
	const [pending] = await sql<{ role: Role }[]>`
		SELECT role FROM invitations WHERE org_id = ${org} AND email = ${email} AND expires_at > now()`;
	return pending?.role ?? null;
}

async function isMember(sql: Queryable, org: string, email: string): Promise<boolean> {
	const found = await sql`
		SELECT FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ${org} AND u.email = ${email}`;
	return found.count > 0;
}

/** Voids a link, if the actor could have created it. */
export function revoke(sql: Sql, org: string, actor: audit.Person, id: string): Promise<members.Changed> {
	return transact(sql, (transaction) => revokeIn(transaction, org, actor, id));
}

async function revokeIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	id: string
): Promise<members.Changed> {
	const taken = await lock.forActor(transaction, org, actor, 'members');
	if (!taken.ok) return taken;
	const [pending] = isUuid(id)
		? await transaction<NewInvitation[]>`
			SELECT email, role FROM invitations WHERE org_id = ${org} AND id = ${id}`
		: [];
	if (!pending) return unknown;
	if (!mayChange(taken.role, pending.role, null)) return lock.notAllowed;

	const { email, role } = pending;
	await transaction`DELETE FROM invitations WHERE org_id = ${org} AND id = ${id}`;
	const event = { action: 'revoked an invitation', target: email, details: { role } } as const;
	await audit.record(transaction, org, actor, event);
	return { ok: true };
}

/** What a link offers, whoever asks; null if its token is unknown, used, revoked or expired. */
export async function find(sql: Queryable, token: string): Promise<Offer | null> {
	if (!tokenForm.test(token)) return null;
	const hash = digest(token);
	const [offer] = await sql<Offer[]>`
		SELECT o.name AS organization, o.suspended_at IS NOT NULL AS "isSuspended", i.email, i.role, u.email AS "invitedBy"
		FROM invitations i JOIN organizations o ON o.id = i.org_id LEFT JOIN users u ON u.id = i.invited_by
		WHERE (i.hash = ${hash} OR i.mail_hash = ${hash}) AND i.expires_at > now()`;
	return offer ?? null;
}

/** Deletes those that expired a month ago, at most 10,000 at a time: until then they are shown as expired. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM invitations WHERE id IN (
			SELECT id FROM invitations WHERE expires_at < now() - interval '30 days' LIMIT 10000)`;
	return forgotten.count;
}

const unknown: Refused = {
	ok: false,
	status: 404,
	faults: { form: 'This invitation is no longer pending. Reload the page.' }
};

const alreadyMember: Refused = {
	ok: false,
	status: 409,
	faults: { email: 'This person is already a member. Change their role in the list of members.' }
};
