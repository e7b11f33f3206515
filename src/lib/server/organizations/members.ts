import { validate as isUuid } from 'uuid';
import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { roles, type Role } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import { mayChange } from '../access/roles.ts';
import * as lock from '../access/lock.ts';

export type Changed = { ok: true } | Refused;

export const role = v.picklist(roles, 'Choose a role.');
/** For the form that changes a member's role. */
export const roleForm = v.object({ role });

/** Changes a member's role, if the actor may at that instant. */
export function changeRole(
	sql: Sql,
	org: string,
	actor: audit.Person,
	userId: string,
	to: Role
): Promise<Changed> {
	return transact(sql, (transaction) => change(transaction, org, actor, userId, to));
}

/** Ends a membership, if the actor may at that instant, and the streams it opened. */
export function remove(sql: Sql, org: string, actor: audit.Person, userId: string): Promise<Changed> {
	return transact(sql, (transaction) => change(transaction, org, actor, userId, null));
}

/** Ends the actor's own membership, which anyone but the last owner may. */
export function leave(sql: Sql, org: string, actor: audit.Person): Promise<Changed> {
	return transact(sql, (transaction) => change(transaction, org, actor, actor.id, null));
}

/** Changes a member's role or (null) removes them. */
async function change(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	userId: string,
	to: Role | null
): Promise<Changed> {
	const leaves = userId === actor.id && to === null;
	const taken = await lock.forActor(transaction, org, actor, leaves ? 'leave' : 'members');
	if (!taken.ok) return taken;
	const member = await find(transaction, org, userId);
	if (!member) return unknown;
	if (!leaves && !mayChange(taken.role, member.role, to)) return lock.notAllowed;
	if (member.role === to) return { ok: true };
	if (member.role === 'owner' && !(await hasOtherOwner(transaction, org, userId))) return lastOwner;

	await write(transaction, org, userId, to);
	await audit.record(transaction, org, actor, eventOf(member, to, leaves));
	return { ok: true };
}

async function find(sql: Queryable, org: string, userId: string) {
	if (!isUuid(userId)) return null;
	const [member] = await sql<{ email: string; role: Role }[]>`
		SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.org_id = ${org} AND m.user_id = ${userId}`;
	return member ?? null;
}

/** Suspended users cannot act for the organization, so they do not count. */
async function hasOtherOwner(sql: Queryable, org: string, userId: string): Promise<boolean> {
	const [row] = await sql<{ exists: boolean }[]>`
		SELECT EXISTS (
			SELECT FROM memberships m JOIN users u ON u.id = m.user_id
			WHERE m.org_id = ${org} AND m.role = 'owner' AND m.user_id <> ${userId} AND u.suspended_at IS NULL
		) AS exists`;
	return row?.exists === true;
}

async function write(sql: Queryable, org: string, userId: string, to: Role | null): Promise<void> {
	if (to) await sql`UPDATE memberships SET role = ${to} WHERE org_id = ${org} AND user_id = ${userId}`;
	else await sql`DELETE FROM memberships WHERE org_id = ${org} AND user_id = ${userId}`;
}

function eventOf(member: { email: string; role: Role }, to: Role | null, leaves: boolean): audit.Event {
	if (leaves) return { action: 'left', details: { role: member.role } };
	if (to === null)
		return { action: 'removed a member', target: member.email, details: { role: member.role } };
	return { action: 'changed a role', target: member.email, details: { from: member.role, to } };
}

/** The ids of the organizations that a user, as the last owner, cannot leave. */
export async function ownedAlone(sql: Queryable, userId: string): Promise<string[]> {
	const rows = await sql<{ org: string }[]>`
		SELECT m.org_id AS org FROM memberships m
		WHERE m.user_id = ${userId} AND m.role = 'owner' AND NOT EXISTS (
			SELECT FROM memberships o JOIN users u ON u.id = o.user_id
			WHERE o.org_id = m.org_id AND o.role = 'owner' AND o.user_id <> m.user_id AND u.suspended_at IS NULL)`;
	return rows.map(({ org }) => org);
}

const unknown: Refused = {
	ok: false,
	status: 404,
	faults: { form: 'This person is no longer a member. Reload the page.' }
};

const lastOwner: Refused = {
	ok: false,
	status: 409,
	faults: { form: 'An organization needs an owner: make someone else an owner first.' }
};
