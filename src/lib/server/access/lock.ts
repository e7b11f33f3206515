import type { Role } from '../postgres/words.ts';
import type { Person } from '../audit/audit.ts';
import * as presence from './presence.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import { may, type Permission } from './roles.ts';

/** An organization while nobody else can change it. */
export interface Held {
	slug: string;
	name: string;
	isSuspended: boolean;
}

/** The actor's role in the organization whose turn it is, or the refusal. */
export type Locked = { ok: true; held: Held; role: Role } | Refused;

/**
 * Waits until no other transaction changes an organization, its members, invitations or keys, and blocks others to the end of
 * this one: anything read after it stays true. Appends go on, though they refer to the organization. Null if it does not exist.
 */
export async function organization(transaction: Queryable, org: string): Promise<Held | null> {
	const [held] = await transaction<Held[]>`
		SELECT slug, name, suspended_at IS NOT NULL AS "isSuspended" FROM organizations WHERE id = ${org}
		FOR NO KEY UPDATE`;
	return held ?? null;
}

/**
 * Holds an organization for an actor who may act in it now, whatever was true when the request began: see `presence.lasts`. A
 * suspended organization cannot be changed, but every member may leave it.
 */
export async function forActor(
	transaction: Queryable,
	org: string,
	actor: Person,
	permission: Permission | 'leave'
): Promise<Locked> {
	const held = await organization(transaction, org);
	if (!(await presence.lasts(transaction, actor))) return presence.signedOut;
	if (!held) return gone;
	const role = await roleOf(transaction, org, actor.id);
	if (!role) return notMember;
	if (permission === 'leave') return { ok: true, held, role };
	if (held.isSuspended) return suspended;
	return may(role, permission) ? { ok: true, held, role } : notAllowed;
}

async function roleOf(sql: Queryable, org: string, userId: string): Promise<Role | null> {
	const [found] = await sql<{ role: Role }[]>`
		SELECT role FROM memberships WHERE org_id = ${org} AND user_id = ${userId}`;
	return found?.role ?? null;
}

const gone: Refused = { ok: false, status: 404, faults: { form: 'The organization was deleted.' } };

const notMember: Refused = {
	ok: false,
	status: 403,
	faults: { form: "You're no longer a member of this organization." }
};

export const suspended: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'The organization is suspended. Ask the administrator of this server.' }
};

/** For an actor whose role does not, or no longer does, cover the request. */
export const notAllowed: Refused = {
	ok: false,
	status: 403,
	faults: { form: 'Your role does not allow that. Ask an owner of the organization.' }
};
