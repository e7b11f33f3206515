import { validate as isUuid } from 'uuid';
import type { Sql } from '../../postgres/connect.ts';
import type { Role } from '../../postgres/schema.ts';
import { transact } from '../../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Queryable } from '../queryable.ts';
import type { Refused } from '../refusal.ts';
import * as turn from './turn.ts';

/** Somebody who could become an owner. */
export interface Heir {
	id: string;
	name: string;
	email: string;
}

export type Transferred = { ok: true; to: Heir } | Refused;

/** Who owns an organization, as far as an owner hands it on. */
export function ownership(sql: Sql) {
	return {
		/** The members who are no owners and could act as such, by name. */
		heirs: (org: string) => heirs(sql, org),
		/** Makes a member an owner and the actor, who must be one at that instant, an admin. */
		transfer: (org: string, actor: audit.Person, userId: string) =>
			transact(sql, (transaction) => transfer(transaction, org, actor, userId))
	};
}

async function heirs(sql: Queryable, org: string): Promise<Heir[]> {
	return sql<Heir[]>`
		SELECT u.id, u.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.org_id = ${org} AND m.role <> 'owner' AND u.suspended_at IS NULL ORDER BY lower(u.name), u.email`;
}

async function transfer(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	userId: string
): Promise<Transferred> {
	const taken = await turn.take(transaction, org, actor, 'owners');
	if (!taken.ok) return taken;
	const heir = await findHeir(transaction, org, userId);
	if (!heir) return noHeir;
	await setRole(transaction, org, heir.id, 'owner');
	await setRole(transaction, org, actor.id, 'admin');
	const { role, ...to } = heir;
	await audit.record(transaction, org, actor, {
		action: 'transferred the ownership',
		target: to.email,
		details: { from: role, to: 'owner' }
	});
	return { ok: true, to };
}

async function findHeir(sql: Queryable, org: string, userId: string) {
	if (!isUuid(userId)) return null;
	const [heir] = await sql<(Heir & { role: Role })[]>`
		SELECT u.id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.org_id = ${org} AND m.user_id = ${userId} AND m.role <> 'owner' AND u.suspended_at IS NULL`;
	return heir ?? null;
}

async function setRole(transaction: Queryable, org: string, userId: string, role: Role): Promise<void> {
	await transaction`UPDATE memberships SET role = ${role} WHERE org_id = ${org} AND user_id = ${userId}`;
}

const noHeir: Refused = {
	ok: false,
	status: 400,
	faults: { member: 'Choose a member of the organization who is no owner yet.' }
};
