import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import type { Role } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { email } from '../forms/forms.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';

/** Someone who could become an owner. */
export interface Heir {
	name: string;
	email: string;
}

/** For the form that names the new owner. */
export const form = v.object({
	email: v.pipe(v.string(), v.trim(), v.nonEmpty('Enter the e-mail address of the new owner.'), email)
});

export type Transferred = { ok: true; to: Heir } | Refused;

/** Suggestions: anyone else must be typed. */
const mostHeirs = 20;

/** Some members who could act as owners and are not, admins before others, by name. */
export async function heirs(sql: Queryable, org: string): Promise<Heir[]> {
	// The index on roles sorts them alphabetically, which is the order of their ranks: admin, member, viewer.
	return sql<Heir[]>`
		SELECT h.name, h.email FROM (
			SELECT u.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id
			WHERE m.org_id = ${org} AND m.role <> 'owner' AND u.suspended_at IS NULL ORDER BY m.role LIMIT ${mostHeirs}
		) AS h ORDER BY lower(h.name), h.email`;
}

/** Makes the member with this e-mail address an owner and the actor, who must be one at that instant, an admin. */
export function transfer(sql: Sql, org: string, actor: audit.Person, email: string): Promise<Transferred> {
	return transact(sql, (transaction) => transferIn(transaction, org, actor, email));
}

async function transferIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	email: string
): Promise<Transferred> {
	const taken = await lock.forActor(transaction, org, actor, 'owners');
	if (!taken.ok) return taken;
	const member = await find(transaction, org, email);
	if (!member) return noMember;
	if (member.role === 'owner') return ownerAlready;
	if (member.isSuspended) return suspended;
	const { id, name, role } = member;
	await setRole(transaction, org, id, 'owner');
	await setRole(transaction, org, actor.id, 'admin');
	await audit.record(transaction, org, actor, {
		action: 'transferred ownership',
		target: email,
		details: { from: role, to: 'owner' }
	});
	return { ok: true, to: { name, email } };
}

interface Member extends Heir {
	id: string;
	role: Role;
	isSuspended: boolean;
}

async function find(sql: Queryable, org: string, email: string): Promise<Member | null> {
	const [member] = await sql<Member[]>`
		SELECT u.id, u.name, u.email, m.role, u.suspended_at IS NOT NULL AS "isSuspended"
		FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ${org} AND u.email = ${email}`;
	return member ?? null;
}

async function setRole(transaction: Queryable, org: string, userId: string, role: Role): Promise<void> {
	await transaction`UPDATE memberships SET role = ${role} WHERE org_id = ${org} AND user_id = ${userId}`;
}

const refusalOf = (fault: string): Refused => ({ ok: false, status: 400, faults: { email: fault } });
const noMember = refusalOf(
	'No member of the organization has this address. Enter it as shown in the list of members.'
);
const ownerAlready = refusalOf('This member is already an owner.');
const suspended = refusalOf('The account of this member is suspended: choose someone else.');
